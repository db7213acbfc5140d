#include "daemon/ipc/budget.h"

namespace strongroom::ipc {

Budget::Holder::~Holder() {
  const std::lock_guard guard(budget_.mutex_);
  if (evicted_ || bytes_ == 0) return;
  budget_.used_ -= bytes_;
  budget_.holders_.erase(place_);
}

void Budget::Holder::add(std::size_t bytes) {
  const std::lock_guard guard(budget_.mutex_);
  if (evicted_ || bytes == 0) return;
  if (bytes_ == 0) place_ = budget_.holders_.insert(budget_.holders_.end(), this);
  bytes_ += bytes;
  budget_.used_ += bytes;
  budget_.evict_over_limit();
}

void Budget::Holder::remove(std::size_t bytes) {
  const std::lock_guard guard(budget_.mutex_);
  if (evicted_ || bytes == 0) return;
  bytes_ -= bytes;
  budget_.used_ -= bytes;
  if (bytes_ == 0) budget_.holders_.erase(place_);
}

void Budget::Holder::touch() {
  const std::lock_guard guard(budget_.mutex_);
  if (evicted_ || bytes_ == 0) return;
  budget_.holders_.splice(budget_.holders_.end(), budget_.holders_, place_);
}

void Budget::set_limit(std::size_t limit) {
  const std::lock_guard guard(mutex_);
  limit_ = limit;
  evict_over_limit();
}

std::size_t Budget::used() const {
  const std::lock_guard guard(mutex_);
  return used_;
}

void Budget::evict_over_limit() {
  while (used_ > limit_ && !holders_.empty()) {
    Holder& oldest = *holders_.front();
    holders_.pop_front();
    used_ -= oldest.bytes_;
    oldest.evicted_ = true;
    oldest.evict_();
  }
}

}  // namespace strongroom::ipc
