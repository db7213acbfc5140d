// Reading from a local socket with the descriptor that may come along.
#pragma once

#include <cstddef>
#include <span>

#include "daemon/platform/descriptor.h"

namespace strongroom::ipc {

struct Received {
  enum class Kind { bytes, none, closed, refused } kind;
  std::size_t size = 0;             // for bytes
  platform::Descriptor descriptor;  // that came along
};

// One non-blocking recvmsg. `refused`: more than one descriptor came along (all are closed at once), or control data
// was truncated.
Received receive(int socket, std::span<unsigned char> into) noexcept;

}  // namespace strongroom::ipc
