#include "client/cli/run/files.h"

#include <cerrno>
#include <cstring>
#include <string>

namespace strongroom::cli::run {

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
