// How work that finishes later reports its end.
#pragma once

#include <functional>

#include <strongroom/base/result.h>

namespace strongroom {

// Called exactly once, on any thread.
template <class T>
using Completion = std::function<void(Result<T>)>;

// A streamed answer's way to its reader, before the completion ends it. Copies stand for the same reader. Thread-safe.
template <class T>
struct Stream {
  // False: the reader is gone or was dropped, and nothing more will be sent. Never waits. Empty when the caller wants
  // one answer only.
  std::function<bool(const T&)> send;
  // Has the function called once, on any thread, when the reader is gone or dropped; at once when it already is.
  std::function<void(std::function<void()>)> on_end;
};

}  // namespace strongroom
