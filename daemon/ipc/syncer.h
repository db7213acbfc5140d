// Syncs the audit log beside the threads of the connections.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "daemon/audit/recorder.h"

namespace strongroom::ipc {

// Thread-safe. Its thread begins with the first order and sleeps while there is none.
class Syncer {
 public:
  using Done = std::function<void()>;

  Syncer() = default;

  // Finishes what was ordered.
  ~Syncer() { stop(); }

  Syncer(const Syncer&) = delete;
  Syncer& operator=(const Syncer&) = delete;

  // Calls `done`, on its own thread, when the log of `recorder` is on the disk up to `sequence`. What is ordered while
  // a sync runs shares the next one. `done` is fast and does not throw.
  void order(audit::Recorder& recorder, std::uint64_t sequence, Done done);

  // Finishes what was ordered; later orders are dropped.
  void stop();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  audit::Recorder* recorder_ = nullptr;
  std::uint64_t until_ = 0;
  std::vector<Done> orders_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace strongroom::ipc
