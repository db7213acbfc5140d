#include "client/cli/run/files.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace strongroom::cli::run {

Result<Pipe> make_pipe() {
  int ends[2];
  if (pipe(ends) != 0) return make_error(ErrorCode::internal, std::string("no pipe can be made: ") + strerror(errno));
  for (const int end : ends) fcntl(end, F_SETFD, FD_CLOEXEC);
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

Status write_whole(int descriptor, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(descriptor, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      const ErrorCode code = errno == ENOSPC || errno == EDQUOT ? ErrorCode::storage_full : ErrorCode::internal;
      return make_error(code, std::string("a delivered file cannot be written: ") + strerror(errno));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace strongroom::cli::run
