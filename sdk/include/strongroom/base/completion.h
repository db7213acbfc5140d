// How work that finishes later reports its end.
#pragma once

#include <functional>

#include <strongroom/base/result.h>

namespace strongroom {

// Called exactly once, on any thread.
template <class T>
using Completion = std::function<void(Result<T>)>;

// Called for each early part of a streamed answer, before the completion; empty when the caller wants one answer only.
template <class T>
using Partial = std::function<void(const T&)>;

}  // namespace strongroom
