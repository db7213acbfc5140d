// One worker for what takes long: password hashing above all. It starts with the first task and ends when there is
// none, so that an idle daemon does not have it.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace strongroom::app {

// Thread-safe. One worker: its tasks exclude each other anyway, and one Argon2id may use 256 MiB.
class SlowPool {
 public:
  static constexpr std::size_t k_most_waiting = 64;

  // Finishes the task that runs.
  ~SlowPool();
  // False when the task is not taken, because too many wait or the pool is closed; it is then destroyed unrun, and what
  // it holds answers for it unless the caller does.
  bool run(std::function<void()> task);
  // Drops what waits and takes no more.
  void close();

 private:
  void work();

  std::mutex mutex_;
  std::deque<std::function<void()>> tasks_;
  std::thread worker_;
  bool busy_ = false;
  bool closed_ = false;
};

}  // namespace strongroom::app
