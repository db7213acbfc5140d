// The finished file of an export.
#pragma once

#include <array>
#include <cstdint>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::exports {

struct Finished {
  std::uint64_t bytes = 0;
  std::array<Byte, 32> sha256{};
};

// Brings a file to the disk and reads it for its length and digest. Error: storage_failed.
Result<Finished> finish_file(int descriptor);

}  // namespace strongroom::exports
