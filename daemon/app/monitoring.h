// Everything that watches: the monitors, what they hear, and what is measured for them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <strongroom/base/duration_histogram.h>

#include "daemon/app/configuration.h"
#include "daemon/app/slow_pool.h"
#include "daemon/lifecycle/lifecycle_service.h"
#include "daemon/log/log.h"
#include "daemon/monitoring/hub.h"
#include "daemon/plugin_host/plugin_monitors.h"

namespace strongroom::app {

class Monitoring {
 public:
  struct Durations {
    std::string name;  // of a metric
    std::string help;
    const DurationHistogram* histogram;
  };

  // All outlive it. `durations` is asked each time: what is measured may not be there yet.
  Monitoring(const Configuration& configuration, log::Log& log, lifecycle::LifecycleService& lifecycle,
             plugin_host::Plugins& plugins, std::function<std::vector<Durations>()> durations);

  void observe(const evidence::Event& event, std::uint64_t sequence) { hub_.observe(event, sequence); }

  // Soon, elsewhere: which monitors run is looked at again; `again` is started anew.
  void refresh(const std::string& again = {});
  void stop();

 private:
  std::vector<monitoring::Metric> measure();

  lifecycle::LifecycleService& lifecycle_;
  const std::function<std::vector<Durations>()> durations_;
  plugin_host::PluginMonitors monitors_;
  monitoring::Hub hub_;
  SlowPool pool_;
};

}  // namespace strongroom::app
