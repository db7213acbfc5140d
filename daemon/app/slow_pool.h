// One worker for what takes long: password hashing above all. It starts with the first task and ends when there is
// none, so that an idle daemon does not have it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace strongroom::app {

// Thread-safe. One worker: its tasks exclude each other anyway, and one Argon2id may use 256 MiB.
class SlowPool {
 public:
  struct Options {
    std::size_t most_waiting = 64;
    std::chrono::milliseconds linger{0};  // that the worker waits for more before it ends
    std::function<void()> at_rest;        // called by the worker when it has waited in vain
  };

  SlowPool() : SlowPool(Options()) {}

  explicit SlowPool(Options options) : options_(std::move(options)) {}

  // Finishes the task that runs.
  ~SlowPool();
  // False when the task is not taken, because too many wait or the pool is closed; it is then destroyed unrun, and what
  // it holds answers for it unless the caller does.
  bool run(std::function<void()> task);
  // Drops what waits and takes no more.
  void close();
  // Likewise, and waits for the task that runs. Whoever still calls run() is told no.
  void stop();

 private:
  void work();
  bool wait_for_more(std::unique_lock<std::mutex>& lock);

  const Options options_;
  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<std::function<void()>> tasks_;
  std::thread worker_;
  bool busy_ = false;
  bool closed_ = false;
};

}  // namespace strongroom::app
