#include "client/cli/run/sealed_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "client/cli/run/files.h"

namespace strongroom::cli::run {

Result<int> make_sealed_file(const Secret& value) {
#if defined(__linux__)
  // Programs such as ssh refuse key files that others could read.
  constexpr mode_t k_mode = 0400;
  constexpr int k_seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
  const int file = memfd_create("strongroom", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file < 0)
    return make_error(ErrorCode::internal, std::string("no file in memory can be made: ") + strerror(errno));
  if (auto written = write_whole(file, value.reveal(RevealReason::deliver)); !written) {
    close(file);
    return std::move(written).error();
  }
  if (fchmod(file, k_mode) == 0 && lseek(file, 0, SEEK_SET) == 0 && fcntl(file, F_ADD_SEALS, k_seals) == 0) return file;
  const int reason = errno;
  close(file);
  return make_error(ErrorCode::internal, std::string("a file in memory cannot be sealed: ") + strerror(reason));
#else
  (void)value;
  return make_error(ErrorCode::not_implemented, "this system has no sealed files in memory; use --file");
#endif
}

}  // namespace strongroom::cli::run
