// Two folders that change their names in one step.
#pragma once

#include <filesystem>

#include <strongroom/base/result.h>

namespace strongroom::platform {

// Both exist and lie in one file system; afterwards each has the other's name, also after a crash. Errors: unsupported
// (the file system cannot do it), storage_failed.
Status exchange_folders(const std::filesystem::path& one, const std::filesystem::path& other);

}  // namespace strongroom::platform
