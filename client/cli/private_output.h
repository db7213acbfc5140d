// Files that only their owner may read.
#pragma once

#include <string>
#include <string_view>

#include <strongroom/base/result.h>

namespace strongroom::cli {

enum class Overwrite { no, yes };

// Writes the whole file with mode 0600, synced, and gives it its name only when it is complete: nobody sees half of it,
// and an existing file stays until then. Errors: conflict (it exists and may not be replaced), denied, storage_full,
// internal.
Status write_private_file(const std::string& path, std::string_view content, Overwrite overwrite);

// What errno says about a file that cannot be made or written.
Error output_failure(const std::string& path);

}  // namespace strongroom::cli
