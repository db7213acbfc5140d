// A bounded pool of threads for what takes long: password hashing above all. Threads start with the first work and end
// when there is none, so that an idle daemon has none of them.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace strongroom::app {

// Thread-safe. One worker: its tasks exclude each other anyway, and one Argon2id may use 256 MiB.
class SlowPool {
 public:
  ~SlowPool();
  void run(std::function<void()> task);

 private:
  void work();

  std::mutex mutex_;
  std::deque<std::function<void()>> tasks_;
  std::thread worker_;
  bool busy_ = false;
};

}  // namespace strongroom::app
