#include "daemon/app/slow_pool.h"

namespace strongroom::app {

SlowPool::~SlowPool() {
  stop();
}

void SlowPool::stop() {
  close();
  if (worker_.joinable()) worker_.join();
}

void SlowPool::close() {
  std::deque<std::function<void()>> dropped;
  const std::lock_guard guard(mutex_);
  closed_ = true;
  dropped.swap(tasks_);
  more_.notify_all();
}

bool SlowPool::run(std::function<void()> task) {
  const std::lock_guard guard(mutex_);
  if (closed_ || tasks_.size() >= options_.most_waiting) return false;
  tasks_.push_back(std::move(task));
  more_.notify_one();
  if (busy_) return true;
  // The last worker has left its loop, or is about to return from it.
  if (worker_.joinable()) worker_.join();
  busy_ = true;
  worker_ = std::thread([this] { work(); });
  return true;
}

// False: there is none, and the worker is not busy any more.
bool SlowPool::wait_for_more(std::unique_lock<std::mutex>& lock) {
  const auto stirs = [this] { return !tasks_.empty() || closed_; };
  if (tasks_.empty() && options_.linger.count() > 0 && !more_.wait_for(lock, options_.linger, stirs) &&
      options_.at_rest) {
    lock.unlock();
    options_.at_rest();
    lock.lock();
  }
  busy_ = !tasks_.empty();
  return busy_;
}

void SlowPool::work() {
  for (;;) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      if (!wait_for_more(lock)) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

}  // namespace strongroom::app
