#include "daemon/runner/monitor_session.h"

#include "daemon/runner/sentence.h"

namespace strongroom::runner {
namespace {

using plugin_seam::Outcome;

Error out_of_turn() {
  return make_error(ErrorCode::malformed, "the daemon's call comes out of turn");
}

}  // namespace

Result<Outcome> MonitorSession::open(BytesView content, std::vector<platform::Descriptor> descriptors) {
  STRONGROOM_ASSIGN(auto call, plugin_seam::decode_open_monitor(content));
  if (monitor_ != nullptr || descriptors.size() != call.descriptors.size()) return out_of_turn();
  // They are the plugin's from here on.
  for (std::size_t i = 0; i < descriptors.size(); ++i)
    call.settings.insert_or_assign(call.descriptors[i], std::to_string(descriptors[i].release()));
  std::vector<sr_setting> settings;
  for (const auto& [name, value] : call.settings)
    settings.push_back({plugin::to_abi(std::string_view(name)), plugin::to_abi(std::string_view(value))});
  const sr_monitor_config config{sizeof(sr_monitor_config), static_cast<std::uint32_t>(settings.size()),
                                 settings.data()};
  const Sentence said;
  const sr_status status = table_.open(&config, &answers_.host(), &monitor_, said.sink());
  if (status != SR_OK) monitor_ = nullptr;
  if (status == SR_OK && monitor_ == nullptr)
    return Outcome{SR_FAILED, "the plugin opened a monitor and gave no handle for it", {}};
  return said.outcome(status);
}

Result<Outcome> MonitorSession::events(BytesView content) {
  if (monitor_ == nullptr) return out_of_turn();
  std::uint64_t lost = 0;
  STRONGROOM_ASSIGN(const auto events, plugin_seam::read_events(content, lost));
  const Sentence said;
  return said.outcome(
      table_.events(monitor_, events.data(), static_cast<std::uint32_t>(events.size()), lost, said.sink()));
}

Result<Outcome> MonitorSession::metrics(BytesView content) {
  if (monitor_ == nullptr) return out_of_turn();
  STRONGROOM_ASSIGN(const auto metrics, plugin_seam::read_metrics(content));
  const Sentence said;
  return said.outcome(
      table_.metrics(monitor_, metrics.data(), static_cast<std::uint32_t>(metrics.size()), said.sink()));
}

}  // namespace strongroom::runner
