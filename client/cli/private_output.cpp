#include "client/cli/private_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace strongroom::cli {

namespace {

Status write_all(int descriptor, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t n = ::write(descriptor, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return output_failure(path);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  if (fsync(descriptor) != 0 && errno != EINVAL) return output_failure(path);
  return {};
}

}  // namespace

Error output_failure(const std::string& path) {
  const ErrorCode code = errno == EACCES || errno == EPERM    ? ErrorCode::denied
                         : errno == ENOSPC || errno == EDQUOT ? ErrorCode::storage_full
                         : errno == EEXIST                    ? ErrorCode::conflict
                                                              : ErrorCode::internal;
  if (errno == EEXIST) return make_error(code, "'" + path + "' exists; --force replaces it");
  return make_error(code, "'" + path + "' cannot be written: " + std::strerror(errno));
}

Status write_private_file(const std::string& path, std::string_view content, Overwrite overwrite) {
  std::string temporary = path + ".XXXXXX";
  const int descriptor = mkostemp(temporary.data(), O_CLOEXEC);  // 0600
  if (descriptor < 0) return output_failure(path);
  Status written = write_all(descriptor, content, path);
  close(descriptor);
  // link() refuses an existing name where rename() replaces it.
  if (written && overwrite == Overwrite::yes && rename(temporary.c_str(), path.c_str()) == 0) return {};
  if (written && (overwrite == Overwrite::yes || link(temporary.c_str(), path.c_str()) != 0))
    written = output_failure(path);
  unlink(temporary.c_str());
  return written;
}

}  // namespace strongroom::cli
