// The file, pipe, socket or terminal that a client has passed to be written into.
#pragma once

#include <cstdint>
#include <functional>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::platform {

enum class OutputKind : std::uint8_t {
  file,    // empty and readable, and anything in it can be replaced: what is in it at the end is all that was written
  stream,  // a pipe, a socket, a terminal, or a file that holds something else already
};

// What is written into. Error: invalid_argument when nothing can be.
Result<OutputKind> kind_of_output(int descriptor);

// Until it can be read or written (`events` of poll(2)). Asks `stopped` ten times a second. Errors: cancelled,
// storage_failed.
Status wait_for(int descriptor, short events, const std::function<bool()>& stopped);

// What was written into a file from `offset` on begins to reach the disk, which makes a later sync short.
void begin_writeback(int descriptor, std::uint64_t offset, std::uint64_t size) noexcept;

// Replaces what was written into a file of OutputKind::file. Errors: storage_full, storage_failed.
Status overwrite(int descriptor, std::uint64_t offset, BytesView bytes);

// All of it; never waits for longer than `stopped` lets it. Errors: storage_full, storage_failed, cancelled.
Status write_all(int descriptor, OutputKind kind, BytesView bytes, const std::function<bool()>& stopped);

}  // namespace strongroom::platform
