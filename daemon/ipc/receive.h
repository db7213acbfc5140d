// Reading from a local socket in a way that notices descriptors nobody asked for.
#pragma once

#include <cstddef>
#include <span>

namespace strongroom::ipc {

struct Received {
  enum class Kind { bytes, none, closed, refused } kind;
  std::size_t size = 0;  // for bytes
};

// One non-blocking recvmsg. `refused`: a descriptor came along (it is closed at once) or control data was truncated.
Received receive(int socket, std::span<unsigned char> into) noexcept;

}  // namespace strongroom::ipc
