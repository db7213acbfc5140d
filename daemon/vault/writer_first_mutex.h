// A shared mutex in which a waiting writer goes before new readers.
//
// std::shared_mutex prefers readers on glibc, so that a steady stream of requests could keep a lock of the vault out
// for ever. Meets SharedLockable, for std::shared_lock and std::unique_lock. Not recursive, for readers neither.
#pragma once

#include <atomic>
#include <mutex>
#include <shared_mutex>

namespace strongroom::vault {

class WriterFirstMutex {
 public:
  void lock() {
    waiting_.fetch_add(1);
    {
      // Readers that see a waiting writer queue here until it has the lock.
      const std::lock_guard turn(turnstile_);
      mutex_.lock();
    }
    waiting_.fetch_sub(1);
  }

  void unlock() { mutex_.unlock(); }

  void lock_shared() {
    if (writers_wait()) const std::lock_guard turn(turnstile_);
    mutex_.lock_shared();
  }

  bool try_lock_shared() { return !writers_wait() && mutex_.try_lock_shared(); }

  void unlock_shared() { mutex_.unlock_shared(); }

  bool writers_wait() const noexcept { return waiting_.load() != 0; }

 private:
  std::shared_mutex mutex_;
  std::mutex turnstile_;
  std::atomic<int> waiting_ = 0;
};

}  // namespace strongroom::vault
