#include "daemon/app/monitoring.h"

#include <fstream>

#include <strongroom/abi/monitor.h>
#include <strongroom/protocol/codec.h>

namespace strongroom::app {
namespace {

using monitoring::MetricKind;

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
        out.push_back({full, "From the status of the daemon.", member.floating(),
                       prefix == "dropped_clients_" ? MetricKind::counter : MetricKind::gauge});
        break;
      case protocol::JsonKind::boolean:
        out.push_back({full, "From the status of the daemon: 1 is yes.", member.boolean() ? 1.0 : 0.0});
        break;
      case protocol::JsonKind::object:
        add_numbers(member, full + "_", out);
        break;
      default:
        break;
    }
  }
}

void add_histogram(const DurationHistogram& durations, const std::string& name, const std::string& help,
                   std::vector<monitoring::Metric>& out) {
  const auto snapshot = durations.snapshot();
  double count = 0;
  for (std::size_t i = 0; i < snapshot.counts.size(); ++i) {
    count += static_cast<double>(snapshot.counts[i]);
    const bool last = i + 1 == snapshot.counts.size();
    const auto exponent = static_cast<std::uint32_t>(DurationHistogram::k_first_exponent + i);
    out.push_back({name, help, count, MetricKind::bucket, last ? SR_METRIC_ALL : exponent});
  }
  out.push_back({name, help, snapshot.seconds, MetricKind::sum});
}

plugin_host::PluginMonitors::Options options_of(const Configuration& configuration) {
  plugin_host::PluginMonitors::Options options;
  options.sockets = configuration.socket.parent_path();
  options.taken = configuration.socket;
  options.require_sandbox = configuration.require_sandbox;
  return options;
}

}  // namespace

Monitoring::Monitoring(const Configuration& configuration, log::Log& log, lifecycle::LifecycleService& lifecycle,
                       plugin_host::Plugins& plugins, std::function<std::vector<Durations>()> durations)
    : lifecycle_(lifecycle),
      durations_(std::move(durations)),
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
  out.push_back({"resident_memory_bytes", "Memory of the daemon.", resident_bytes()});
  out.push_back({"monitor_events_lost_total", "Events that monitors were too slow for.",
                 static_cast<double>(hub_.lost()), MetricKind::counter});
  for (const auto& [name, help, durations] : durations_()) add_histogram(*durations, name, help, out);
  const auto status = lifecycle_.handle(protocol::service::GetStatus{}, {});
  if (!status) return out;
  out.push_back(
      {"unlocked", "Whether the store is open.", status->state == protocol::service::StoreState::unlocked ? 1.0 : 0.0});
  WipedString text(wiped_heap());
  protocol::JsonWriter writer(text);
  protocol::encode(*status, writer);
  protocol::JsonDocument document;
  if (document.parse(text)) add_numbers(document.root(), "", out);
  return out;
}

}  // namespace strongroom::app
