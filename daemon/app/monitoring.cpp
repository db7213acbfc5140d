#include "daemon/app/monitoring.h"

#include <fstream>

#include <strongroom/protocol/codec.h>

namespace strongroom::app {
namespace {

// Pages that are the process's own at this moment.
double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double all = 0;
  double resident = 0;
  file >> all >> resident;
  constexpr double k_page = 4096;
  return resident * k_page;
}

// Every number of the status, the nested ones by both names.
void add_numbers(const protocol::JsonValue& value, const std::string& prefix, std::vector<monitoring::Metric>& out) {
  for (const auto& [name, member] : value.object()) {
    const std::string full = prefix + std::string(name);
    switch (member.kind()) {
      case protocol::JsonKind::integer:
      case protocol::JsonKind::floating:
        out.push_back({full, "From the status of the daemon.", member.floating(), prefix == "dropped_clients_"});
        break;
      case protocol::JsonKind::boolean:
        out.push_back({full, "From the status of the daemon: 1 is yes.", member.boolean() ? 1.0 : 0.0, false});
        break;
      case protocol::JsonKind::object:
        add_numbers(member, full + "_", out);
        break;
      default:
        break;
    }
  }
}

plugin_host::PluginMonitors::Options options_of(const Configuration& configuration) {
  plugin_host::PluginMonitors::Options options;
  options.sockets = configuration.socket.parent_path();
  options.require_sandbox = configuration.require_sandbox;
  return options;
}

}  // namespace

Monitoring::Monitoring(const Configuration& configuration, log::Log& log, lifecycle::LifecycleService& lifecycle,
                       plugin_host::Plugins& plugins)
    : lifecycle_(lifecycle),
      monitors_(plugins, options_of(configuration)),
      hub_(monitors_,
           {.measure = [this] { return measure(); }, .report = [&log](std::string_view line) { log.warning(line); }}) {}

void Monitoring::refresh(const std::string& again) {
  (void)pool_.run([this, again] { hub_.refresh(again); });
}

void Monitoring::stop() {
  pool_.close();
  hub_.stop();
}

std::vector<monitoring::Metric> Monitoring::measure() {
  std::vector<monitoring::Metric> out;
  out.push_back({"resident_memory_bytes", "Memory of the daemon.", resident_bytes(), false});
  out.push_back(
      {"monitor_events_lost_total", "Events that monitors were too slow for.", static_cast<double>(hub_.lost()), true});
  const auto status = lifecycle_.handle(protocol::service::GetStatus{}, {});
  if (!status) return out;
  out.push_back({"unlocked", "Whether the store is open.",
                 status->state == protocol::service::StoreState::unlocked ? 1.0 : 0.0, false});
  WipedString text(wiped_heap());
  protocol::JsonWriter writer(text);
  protocol::encode(*status, writer);
  protocol::JsonDocument document;
  if (document.parse(text)) add_numbers(document.root(), "", out);
  return out;
}

}  // namespace strongroom::app
