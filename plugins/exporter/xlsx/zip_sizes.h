// What a zip holds.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <strongroom/base/result.h>

namespace strongroom::xlsx {

// The members of the zip at `path` and their sizes before compression, read from its directory at the end of the file
// (PKWARE APPNOTE 6.3, 4.3.12 and 4.3.16). For what minizip writes: no comment, no ZIP64. `storage_failed` when it
// cannot be read or is not whole.
Result<std::map<std::string, std::uint64_t>> zip_sizes(const std::string& path);

}  // namespace strongroom::xlsx
