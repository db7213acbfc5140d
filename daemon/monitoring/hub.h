// Every monitor that runs, and what all of them hear.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <strongroom/evidence/event.h>

#include "daemon/monitoring/watch.h"

namespace strongroom::monitoring {

// Thread-safe.
class Hub {
 public:
  struct Ports {
    std::function<std::vector<Metric>()> measure;
    std::function<void(std::string_view line)> report;
  };

  // `monitors` outlives it.
  Hub(Monitors& monitors, Ports ports) : monitors_(monitors), ports_(std::move(ports)) {}

  // Starts those that are enabled and do not run, ends those that are not any more, and, with `again`, starts that one
  // anew. Waits for those that end.
  void refresh(const std::string& again = {});
  void stop();

  // An event has been appended. Costs nothing while there is no monitor, and never waits for one.
  void observe(const evidence::Event& event, std::uint64_t sequence);

  // Events that monitors have lost.
  std::uint64_t lost() const;

 private:
  Monitors& monitors_;
  const Ports ports_;
  std::atomic<bool> any_ = false;
  std::mutex refreshing_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Watch>> watches_;
};

}  // namespace strongroom::monitoring
