#include "daemon/app/slow_pool.h"

namespace strongroom::app {

SlowPool::~SlowPool() {
  close();
  if (worker_.joinable()) worker_.join();
}

void SlowPool::close() {
  std::deque<std::function<void()>> dropped;
  const std::lock_guard guard(mutex_);
  closed_ = true;
  dropped.swap(tasks_);
}

bool SlowPool::run(std::function<void()> task) {
  const std::lock_guard guard(mutex_);
  if (closed_ || tasks_.size() >= k_most_waiting) return false;
  tasks_.push_back(std::move(task));
  if (busy_) return true;
  // The last worker has left its loop, or is about to return from it.
  if (worker_.joinable()) worker_.join();
  busy_ = true;
  worker_ = std::thread([this] { work(); });
  return true;
}

void SlowPool::work() {
  for (;;) {
    std::function<void()> task;
    {
      const std::lock_guard guard(mutex_);
      if (tasks_.empty()) {
        busy_ = false;
        return;
      }
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

}  // namespace strongroom::app
