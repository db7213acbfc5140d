// The file that a client has passed for an export.
#pragma once

#include <array>
#include <cstdint>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::exports {

enum class OutputKind : std::uint8_t {
  file,    // empty and readable: what is in it at the end is the export
  stream,  // a pipe, a socket, a terminal, or a file that holds something else already
};

// What an export is written into. Error: invalid_argument when nothing can be.
Result<OutputKind> kind_of_output(int descriptor);

struct Finished {
  std::uint64_t bytes = 0;
  std::array<Byte, 32> sha256{};
};

// Brings a file to the disk and reads it for its length and digest. Error: storage_failed.
Result<Finished> finish_file(int descriptor);

}  // namespace strongroom::exports
