// One monitor at work: a queue that never makes anybody wait, and a thread that empties it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "daemon/monitoring/monitor.h"

namespace strongroom::monitoring {

// Thread-safe.
class Watch {
 public:
  struct Ports {
    std::function<Result<std::unique_ptr<Monitor>>(std::function<bool()> stopped)> open;
    std::function<std::vector<Metric>()> measure;
    std::function<void(std::string_view line)> report;
    std::chrono::milliseconds between_metrics{10'000};
    std::chrono::milliseconds gather{100};  // events of this time go together
  };

  explicit Watch(Ports ports);
  // Ends the monitor; events that wait are thrown away.
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Whether an event would be taken now. When not, one is counted as thrown away: it need not be made.
  bool has_room();
  // Never waits: what does not fit is counted and thrown away.
  void observe(const Event& event);

  // Thrown away since it began.
  std::uint64_t lost() const;

 private:
  void run();
  bool stopping() const;
  bool take(std::vector<Event>& events, std::uint64_t& lost);
  void deliver(const std::vector<Event>& events, std::uint64_t lost);

  const Ports ports_;
  std::unique_ptr<Monitor> monitor_;  // its thread's
  std::string problem_;               // likewise: what was reported last
  std::chrono::steady_clock::time_point next_metrics_{};
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Event> queue_;
  std::uint64_t lost_ = 0;   // since the last that was taken
  std::uint64_t total_ = 0;  // lost at all
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace strongroom::monitoring
