#include "daemon/ipc/stream_way.h"

#include <chrono>

namespace strongroom::ipc {

bool StreamWay::ended() const {
  const std::lock_guard guard(mutex_);
  return state_ != State::open;
}

bool StreamWay::send(WipedString message) {
  const std::lock_guard guard(mutex_);
  if (state_ != State::open) return false;
  const std::size_t waiting = posted_ + unsent_;
  if (waiting > 0 && waiting + message.size() > limit_) {
    state_ = State::overflowed;
    overflow_();
    return false;
  }
  posted_ += message.size();
  deliver_(std::move(message), false);
  return true;
}

bool StreamWay::wait_for_room() {
  constexpr std::chrono::seconds k_patience{30};
  std::unique_lock lock(mutex_);
  while (state_ == State::open && posted_ + unsent_ > limit_ / 2) {
    const std::size_t before = posted_ + unsent_;
    const bool moved =
        room_.wait_for(lock, k_patience, [&] { return state_ != State::open || posted_ + unsent_ < before; });
    if (!moved) return false;
  }
  return state_ == State::open;
}

void StreamWay::finish(WipedString message) {
  std::function<void()> unused;  // destroyed outside the lock: what it holds may be the last of something
  const std::lock_guard guard(mutex_);
  if (state_ != State::open) return;
  state_ = State::finished;
  deliver_(std::move(message), true);
  unused.swap(on_end_);
}

void StreamWay::on_end(std::function<void()> callback) {
  {
    const std::lock_guard guard(mutex_);
    if (state_ == State::finished) return;
    if (state_ != State::lost) {
      on_end_ = std::move(callback);
      return;
    }
  }
  callback();
}

void StreamWay::settle(std::size_t arrived, std::size_t unsent) {
  const std::lock_guard guard(mutex_);
  posted_ -= arrived;
  unsent_ = unsent;
  room_.notify_all();
}

void StreamWay::end() {
  std::function<void()> callback;
  {
    Deliver unused;
    Overflow unused_too;
    const std::lock_guard guard(mutex_);
    if (state_ != State::finished) state_ = State::lost;
    room_.notify_all();
    callback.swap(on_end_);
    unused.swap(deliver_);
    unused_too.swap(overflow_);
  }
  if (callback) callback();
}

}  // namespace strongroom::ipc
