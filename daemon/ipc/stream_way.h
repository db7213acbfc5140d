// What a streamed answer and its connection know of each other: whether the reader is still there, and how far it is
// behind.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>

#include <strongroom/base/wiped_memory.h>

namespace strongroom::ipc {

// Thread-safe. After it has ended nothing of the connection is touched, so its handles may outlive the server.
class StreamWay {
 public:
  // Both only post; called under the lock of the stream.
  using Deliver = std::function<void(WipedString message, bool last)>;
  using Overflow = std::function<void()>;

  // `limit`: bytes that may wait for the reader. `waiting`: bytes that wait for it already.
  StreamWay(std::size_t limit, std::size_t waiting, Deliver deliver, Overflow overflow)
      : limit_(limit), unsent_(waiting), deliver_(std::move(deliver)), overflow_(std::move(overflow)) {}

  bool ended() const;

  // A message in between. False when the stream has ended, also when this message would be more than may wait: then the
  // connection drops its reader. Never blocks.
  bool send(WipedString message);
  // Waits until half of what may wait is free. False when the stream has ended, or nothing becomes free for 30 s.
  bool wait_for_room();
  // The last message; nothing when the stream has ended.
  void finish(WipedString message);

  // Calls `callback` once when the reader is gone or dropped, on an I/O thread; at once when it is already. A stream
  // that its own side finishes calls nothing.
  void on_end(std::function<void()> callback);

  // For the connection: `arrived` bytes that were sent came to the I/O thread; `unsent` wait there now.
  void settle(std::size_t arrived, std::size_t unsent);
  // For the connection: the reader is gone or dropped. On the I/O thread.
  void end();

 private:
  enum class State : unsigned char { open, finished, overflowed, lost };

  mutable std::mutex mutex_;
  std::condition_variable room_;
  State state_ = State::open;
  std::size_t limit_;
  std::size_t posted_ = 0;
  std::size_t unsent_;
  Deliver deliver_;
  Overflow overflow_;
  std::function<void()> on_end_;
};

}  // namespace strongroom::ipc
