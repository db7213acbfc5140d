#include <stdio.h>

#include <cerrno>

#include "daemon/platform/exchange_folders.h"

namespace strongroom::platform {

Status exchange_folders(const std::filesystem::path& one, const std::filesystem::path& other) {
  if (renamex_np(one.c_str(), other.c_str(), RENAME_SWAP) == 0) return {};
  if (errno == ENOTSUP)
    return make_error(ErrorCode::unsupported, "this file system cannot exchange two folders in one step");
  return make_error(ErrorCode::storage_failed, "the folders could not be exchanged", one.string());
}

}  // namespace strongroom::platform
