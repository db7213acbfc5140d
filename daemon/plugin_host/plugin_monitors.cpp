#include "daemon/plugin_host/plugin_monitors.h"

#include <algorithm>

#include <strongroom/plugin/guard.h>

#include "daemon/plugin_host/monitor_sockets.h"
#include "daemon/plugin_seam/monitor_calls.h"

namespace strongroom::plugin_host {
namespace {

using monitoring::Event;
using monitoring::Metric;
using plugin_seam::Call;

constexpr std::uint32_t k_descriptors = 64;
constexpr std::uint64_t k_file_bytes = 0;  // it writes none

sr_bytes abi(std::string_view text) {
  return plugin::to_abi(text.substr(0, plugin_seam::k_max_text));
}

sr_event abi_event(const Event& event) {
  return {event.sequence,    event.time_ms,     event.count,       event.request,
          event.uid,         abi(event.action), abi(event.phase),  abi(event.decision),
          abi(event.result), abi(event.actor),  abi(event.objects)};
}

using Clock = std::chrono::steady_clock;

constexpr std::chrono::minutes k_good_life(1);

// Nobody but the monitor can be at fault: it has no caller who could have asked for something wrong. That the daemon
// stops is nobody's.
Error failure_of(const Error& error) {
  if (error.code == ErrorCode::cancelled) return error;
  return make_error(ErrorCode::plugin_unavailable, error.message);
}

// The adapter to strongroom.monitor/1.
class MonitorV1 final : public monitoring::Monitor {
 public:
  MonitorV1(Plugins& plugins, std::string id, std::unique_ptr<RunnerProcess> process, const Deadlines& deadlines)
      : plugins_(plugins), id_(std::move(id)), process_(std::move(process)), deadlines_(deadlines) {}

  Status open(const plugin_seam::OpenMonitorCall& call, std::span<const int> descriptors) {
    return answered(Call::open_monitor, plugin_seam::encode(call), descriptors);
  }

  Status events(std::span<const Event> events, std::uint64_t lost) override {
    Bytes content;
    plugin_seam::begin_events(content, lost);
    for (const Event& event : events) plugin_seam::write_event(content, abi_event(event));
    return noted(answered(Call::events, content, {}));
  }

  Status metrics(std::span<const Metric> metrics) override {
    Bytes content;
    for (const Metric& metric : metrics.first(std::min<std::size_t>(metrics.size(), SR_MONITOR_MAX_METRICS)))
      plugin_seam::write_metric(content, {static_cast<std::uint32_t>(metric.kind), metric.exponent, metric.value,
                                          abi(metric.name), abi(metric.help)});
    return noted(answered(Call::metrics, content, {}));
  }

 private:
  Status answered(Call call, BytesView content, std::span<const int> descriptors) {
    STRONGROOM_CHECK(process_->send(call, content, descriptors, deadlines_.call));
    STRONGROOM_ASSIGN(const auto answer, process_->receive(deadlines_.call));
    if (answer.taken || answer.piece)
      return make_error(ErrorCode::plugin_unavailable, "the plugin's process answers out of turn");
    if (answer.outcome.status == SR_OK) return {};
    return error_of(answer.outcome.status, answer.outcome.sentence);
  }

  // One good call proves little: a monitor that crashes with every second one is no better for the first.
  Status noted(Status status) {
    if (!status)
      plugins_.used(id_, failure_of(status.error()));
    else if (Clock::now() - begun_ > k_good_life)
      plugins_.used(id_, {});
    return status;
  }

  const Clock::time_point begun_ = Clock::now();

  Plugins& plugins_;
  const std::string id_;
  std::unique_ptr<RunnerProcess> process_;
  const Deadlines deadlines_;
};

// What the rights of a manifest are worth.
struct Given {
  plugin_seam::OpenMonitorCall call;
  std::vector<Descriptor> descriptors;

  void add(const char* name, Descriptor descriptor) {
    call.descriptors.emplace_back(name);
    descriptors.push_back(std::move(descriptor));
  }
};

Result<Given> give(const UsablePlugin& plugin, const PluginMonitors::Options& options) {
  Given given{{plugin.settings, {}}, {}};
  if (plugin.manifest.has_right("journal")) {
    STRONGROOM_ASSIGN(auto journal, connect_journal(options.journal));
    given.add("journal", std::move(journal));
  }
  if (!plugin.manifest.has_right("listen")) return given;
  const auto path = options.sockets / (plugin.manifest.id + ".socket");
  if (path == options.taken)
    return make_error(ErrorCode::conflict, "the monitor's socket would take the place of the daemon's", path.string());
  STRONGROOM_ASSIGN(auto socket, listen_at_path(path));
  given.add("listen", std::move(socket));
  const auto port = plugin.settings.find("port");
  if (port != plugin.settings.end() && port->second != "0") {
    STRONGROOM_ASSIGN(auto listening, listen_at_port(port->second));
    given.add("listen_port", std::move(listening));
  }
  given.call.settings.erase("port");
  return given;
}

}  // namespace

Result<std::vector<std::string>> PluginMonitors::enabled() {
  STRONGROOM_ASSIGN(const auto plugins, plugins_.enabled(PluginType::monitor));
  std::vector<std::string> ids;
  for (const auto& plugin : plugins) ids.push_back(plugin.manifest.id);
  return ids;
}

Result<std::unique_ptr<monitoring::Monitor>> PluginMonitors::open(const std::string& id,
                                                                  std::function<bool()> stopped) {
  STRONGROOM_ASSIGN(const auto plugins, plugins_.enabled(PluginType::monitor));
  const auto found = std::ranges::find_if(plugins, [&](const auto& plugin) { return plugin.manifest.id == id; });
  if (found == plugins.end()) return make_error(ErrorCode::not_found, "there is no such monitor", id);
  STRONGROOM_CHECK(plugins_.may_use(id));
  auto started = start(*found, std::move(stopped));
  if (!started) plugins_.used(id, failure_of(started.error()));
  return started;
}

Result<std::unique_ptr<monitoring::Monitor>> PluginMonitors::start(const UsablePlugin& plugin,
                                                                   std::function<bool()> stopped) {
  const Manifest& manifest = plugin.manifest;
  STRONGROOM_ASSIGN(const Given given, give(plugin, options_));
  STRONGROOM_ASSIGN(const Descriptor file, open_trusted(plugin.library, Trustee::of_this_process()));
  STRONGROOM_ASSIGN(const Descriptor library, sealed_copy(file, manifest.sha256));
  STRONGROOM_ASSIGN(auto program, runner_program());
  auto log = [this, id = manifest.id](std::uint32_t level, std::string_view line) {
    plugins_.take_log(id, level, line);
  };
  STRONGROOM_ASSIGN(auto process, RunnerProcess::start({std::move(program), std::move(log), std::move(stopped),
                                                        plugins_.usage_of(plugin.manifest.id)}));
  plugin_seam::LoadCall call;
  call.extension = SR_MONITOR_V1_ID;
  call.limits = {options_.memory_bytes, k_file_bytes, k_descriptors};
  call.require_sandbox = options_.require_sandbox;
  call.serves = manifest.has_right("listen");
  STRONGROOM_ASSIGN(const auto loaded, process->load(call, library, options_.deadlines.load));
  plugins_.loaded(manifest.id, loaded.files_confined && loaded.calls_confined);
  if (loaded.id != manifest.id)
    return make_error(ErrorCode::untrusted, "the plugin says another id than its manifest", manifest.id);
  auto monitor = std::make_unique<MonitorV1>(plugins_, manifest.id, std::move(process), options_.deadlines);
  std::vector<int> descriptors;
  for (const auto& descriptor : given.descriptors) descriptors.push_back(descriptor.get());
  STRONGROOM_CHECK(monitor->open(given.call, descriptors));
  return monitor;
}

}  // namespace strongroom::plugin_host
