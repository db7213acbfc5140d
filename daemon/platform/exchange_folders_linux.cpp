#include "daemon/platform/exchange_folders.h"

#include <fcntl.h>
#include <stdio.h>

#include <cerrno>

namespace strongroom::platform {

Status exchange_folders(const std::filesystem::path& one, const std::filesystem::path& other) {
  if (renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0) return {};
  if (errno == EINVAL || errno == ENOSYS)
    return make_error(ErrorCode::unsupported, "this file system cannot exchange two folders in one step");
  return make_error(ErrorCode::storage_failed, "the folders could not be exchanged", one.string());
}

}  // namespace strongroom::platform
