#include "client/cli/private_output.h"

#include <fcntl.h>
#include <sys/stat.h>
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

// By the descriptor: in a folder of somebody else's the name could have become another file's.
Status give_rights(int descriptor, const Rights& rights, const std::string& path) {
  struct stat made{};
  if (fstat(descriptor, &made) != 0) return output_failure(path);
  const bool other_owner = rights.owner && (rights.owner->user != made.st_uid || rights.owner->group != made.st_gid);
  if (other_owner && fchown(descriptor, rights.owner->user, rights.owner->group) != 0)
    return make_error(ErrorCode::denied, "'" + path + "' would not keep its owner; run this as its owner or as root");
  if (fchmod(descriptor, rights.mode) != 0) return output_failure(path);
  return {};
}

Status write_file(const std::string& path, std::string_view content, Overwrite overwrite, const Rights& rights) {
  std::string temporary = path + ".XXXXXX";
  const int descriptor = mkostemp(temporary.data(), O_CLOEXEC);  // 0600
  if (descriptor < 0) return output_failure(path);
  Status written = write_all(descriptor, content, path);
  if (written) written = give_rights(descriptor, rights, path);
  close(descriptor);
  // link() refuses an existing name where rename() replaces it.
  if (written && overwrite == Overwrite::yes && rename(temporary.c_str(), path.c_str()) == 0) return {};
  if (written && (overwrite == Overwrite::yes || link(temporary.c_str(), path.c_str()) != 0))
    written = output_failure(path);
  unlink(temporary.c_str());
  return written;
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
  return write_file(path, content, overwrite, {});
}

Result<std::optional<Rights>> find_rights(const std::string& path) {
  struct stat found{};
  if (stat(path.c_str(), &found) == 0)
    return std::optional<Rights>({.mode = found.st_mode & 0777, .owner = Rights::Owner{found.st_uid, found.st_gid}});
  if (errno == ENOENT) return std::optional<Rights>();
  return make_error(errno == EACCES ? ErrorCode::denied : ErrorCode::internal,
                    "'" + path + "' cannot be looked at: " + std::strerror(errno));
}

Status replace_file(const std::string& path, std::string_view content, const Rights& rights) {
  return write_file(path, content, Overwrite::yes, rights);
}

}  // namespace strongroom::cli
