#include "daemon/exports/output.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace strongroom::exports {

Result<OutputKind> kind_of_output(int descriptor) {
  const auto refuse = [](const char* why) { return make_error(ErrorCode::invalid_argument, why, "descriptor"); };
  struct stat found{};
  if (fstat(descriptor, &found) != 0) return refuse("is no file that can be written");
  const int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) return refuse("is not open for writing");
  if (S_ISREG(found.st_mode)) {
    const bool empty = found.st_size == 0 && lseek(descriptor, 0, SEEK_CUR) == 0;
    return empty && (flags & O_ACCMODE) == O_RDWR ? OutputKind::file : OutputKind::stream;
  }
  if (S_ISFIFO(found.st_mode) || S_ISSOCK(found.st_mode) || S_ISCHR(found.st_mode)) return OutputKind::stream;
  return refuse("must be a file, a pipe, a socket or a terminal");
}

Result<Finished> finish_file(int descriptor) {
  if (fsync(descriptor) != 0) return make_error(ErrorCode::storage_failed, "the file could not be brought to the disk");
  Finished finished;
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  Bytes buffer(256 * 1024);
  for (;;) {
    const ssize_t n = pread(descriptor, buffer.data(), buffer.size(), static_cast<off_t>(finished.bytes));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return make_error(ErrorCode::storage_failed, "the file cannot be read");
    if (n == 0) break;
    crypto_hash_sha256_update(&state, buffer.data(), static_cast<unsigned long long>(n));
    finished.bytes += static_cast<std::uint64_t>(n);
  }
  crypto_hash_sha256_final(&state, finished.sha256.data());
  return finished;
}

}  // namespace strongroom::exports
