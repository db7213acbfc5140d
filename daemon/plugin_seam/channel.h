// One side of the socket between the daemon and a plugin's process: whole frames with deadlines, and descriptors.
//
// A frame is a u32 size and a u32 kind, both little-endian, and `size` bytes. Neither side trusts the other's sizes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

#include "daemon/platform/descriptor.h"

namespace strongroom::plugin_seam {

using platform::Descriptor;

// The longest content of a frame. Rows go through the shared region; the longest thing that does not is one row of a
// storage.
inline constexpr std::size_t k_max_frame = 4 * 1024 * 1024 + 4096;
inline constexpr std::size_t k_max_descriptors = 4;  // of one frame

struct Frame {
  std::uint32_t kind = 0;
  BytesView content;  // valid until the next receive
  std::vector<Descriptor> descriptors;
};

// One thread sends and one receives at a time. After the first failure every call fails.
class Channel {
 public:
  using Clock = std::chrono::steady_clock;
  using Milliseconds = std::chrono::milliseconds;

  // A connected stream socket.
  explicit Channel(Descriptor socket) noexcept : socket_(std::move(socket)) {}

  // Sends one frame. Errors: timeout; plugin_unavailable when the other side is gone; too_large.
  Status send(std::uint32_t kind, BytesView content, std::span<const int> descriptors, Milliseconds deadline);
  // Waits for one frame. Errors: as above, and plugin_unavailable for one that is too long or brings more descriptors
  // than a frame may have.
  Result<Frame> receive(Milliseconds deadline);

  // Whether something of the next frame has been read already.
  bool has_more() const noexcept { return filled_ > taken_; }

  int descriptor() const noexcept { return socket_.get(); }

 private:
  Status set_timeout(int option, Milliseconds deadline);
  Status send_all(BytesView bytes, std::span<const int> descriptors);
  Status fill(std::size_t wanted, Clock::time_point until);
  Status read_some(std::vector<Descriptor>& descriptors);
  Error broken(ErrorCode code, const char* sentence);

  Descriptor socket_;
  Milliseconds send_timeout_{0};
  Milliseconds receive_timeout_{0};
  Bytes output_;
  Bytes input_;
  std::size_t taken_ = 0;  // of the frame that was given out last
  std::size_t filled_ = 0;
  std::vector<Descriptor> arrived_;
  std::atomic<bool> broken_ = false;
};

// Two channels that are connected with each other. Error: plugin_unavailable.
struct ChannelPair {
  Descriptor ours;
  Descriptor theirs;
};

Result<ChannelPair> connected_pair();

}  // namespace strongroom::plugin_seam
