// A monitor in the plugin: calls of the daemon become calls of its table.
#pragma once

#include <vector>

#include "daemon/plugin_seam/messages.h"
#include "daemon/plugin_seam/monitor_calls.h"
#include "daemon/runner/answers.h"

namespace strongroom::runner {

class MonitorSession {
 public:
  // `table` is checked (plugin_seam/entry.h).
  MonitorSession(const sr_monitor_v1& table, Answers& answers) : table_(table), answers_(answers) {}

  // Each is one call of the daemon, as in export_session.h.
  Result<plugin_seam::Outcome> open(BytesView content, std::vector<platform::Descriptor> descriptors);
  Result<plugin_seam::Outcome> events(BytesView content);
  Result<plugin_seam::Outcome> metrics(BytesView content);

 private:
  const sr_monitor_v1& table_;
  Answers& answers_;
  sr_monitor* monitor_ = nullptr;
};

}  // namespace strongroom::runner
