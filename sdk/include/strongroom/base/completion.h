// How work that finishes later reports its end.
#pragma once

#include <functional>

#include <strongroom/base/result.h>

namespace strongroom {

// Called exactly once, on any thread.
template <class T>
using Completion = std::function<void(Result<T>)>;

// A streamed answer's way to its reader. Copyable; every copy leads to the same reader. Thread-safe. Both are empty
// when the caller wants one answer only.
template <class T>
struct Stream {
  // False: the reader is gone or was dropped because it did not read; nothing more will be sent. Never blocks.
  std::function<bool(const T&)> send;
  // Waits until the reader has taken most of what was sent: for a producer that is faster, on a thread that may wait.
  // False when the reader is gone, was dropped or takes nothing for 30 s.
  std::function<bool()> wait_for_room;
  // Calls back once, on any thread, when the reader is gone or dropped; at once if it already is. Not when the stream
  // is ended by its completion.
  std::function<void(std::function<void()>)> on_end;
};

}  // namespace strongroom
