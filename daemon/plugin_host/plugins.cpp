#include "daemon/plugin_host/plugins.h"

#include <algorithm>
#include <ctime>

#include <strongroom/base/masking.h>

#include "daemon/plugin_host/builtin_plugins.h"
#include "daemon/plugin_host/runner_process.h"

namespace strongroom::plugin_host {

namespace wire = protocol::plugin;

namespace {

constexpr std::size_t k_most_lines = 200;

Error no_such(const std::string& id) {
  return make_error(ErrorCode::not_found, "there is no such plugin", id);
}

// What a plugin did wrong, not what its caller did.
bool is_failure(const Error& error) {
  return error.code == ErrorCode::plugin_unavailable || error.code == ErrorCode::timeout ||
         error.code == ErrorCode::untrusted;
}

std::string_view level_name(std::uint32_t level) {
  constexpr std::string_view k_names[] = {"debug", "info", "warning", "error"};
  return k_names[std::min<std::uint32_t>(level, 3)];
}

std::string_view kind_name(SettingInfo::Kind kind) {
  constexpr std::string_view k_names[] = {"boolean", "integer", "text", "choice"};
  return k_names[static_cast<std::size_t>(kind)];
}

std::string seconds_until(Breaker::Clock::time_point when, Breaker::Clock::time_point now) {
  const auto left = std::chrono::ceil<std::chrono::seconds>(when - now).count();
  return std::to_string(left) + (left == 1 ? " second" : " seconds");
}

// "10:31:07 UTC", so long from `now_ms` on; to the next second.
std::string time_of(std::int64_t now_ms, Breaker::Clock::duration from_now) {
  constexpr std::int64_t k_second = 1000;
  const auto later = std::chrono::ceil<std::chrono::seconds>(from_now).count();
  const std::time_t then = now_ms / k_second + later;
  std::tm utc{};
  gmtime_r(&then, &utc);
  char text[16];
  const std::size_t size = std::strftime(text, sizeof text, "%H:%M:%S UTC", &utc);
  return {text, size};
}

}  // namespace

Plugins::Plugins(std::filesystem::path folder, const Clock& clock, Ports ports)
    : folder_(std::move(folder)), clock_(clock), ports_(std::move(ports)) {}

Result<Plugins::Entry*> Plugins::find(const std::string& id) {
  STRONGROOM_CHECK(load());
  const auto found = entries_.find(id);
  if (found == entries_.end()) return no_such(id);
  return &found->second;
}

std::filesystem::path Plugins::library_of(const Entry& entry) const {
  if (!entry.builtin) return folder_ / entry.manifest.id / (to_hex(entry.manifest.sha256) + ".so");
  const auto folder = builtin_plugin_folder();
  return folder ? *folder / entry.manifest.file : std::filesystem::path();
}

std::string Plugins::isolation_of(const Manifest& manifest) const {
  if (manifest.type == PluginType::storage && manifest.id != ports_.confined_storage) return "in process";
  return ports_.sandbox ? "runner" : "not isolated";
}

wire::Plugin Plugins::shown(const Entry& entry) {
  const Manifest& manifest = entry.manifest;
  wire::Plugin out{.id = manifest.id,
                   .type = std::string(name_of(manifest.type)),
                   .format = manifest.format.empty() ? std::nullopt : std::optional(manifest.format),
                   .abi = std::to_string(manifest.abi_major) + "." + std::to_string(manifest.abi_minor),
                   .origin = entry.builtin ? "built in" : "installed",
                   .isolation = isolation_of(manifest),
                   .state = entry.is_enabled ? "enabled" : "disabled",
                   .sha256 = to_hex(manifest.sha256),
                   .rights = manifest.rights,
                   .problem = {},
                   .next_try_ms = {}};
  const auto now = Breaker::Clock::now();
  const Health& health = health_[manifest.id];
  if (!health.confined) out.isolation = "not isolated";
  if (!health.breaker.reason().empty()) {
    out.problem = health.breaker.reason();
    if (const auto next = health.breaker.next_try(now)) {
      if (entry.is_enabled) out.state = "failing";
      out.next_try_ms = clock_.now_ms() + std::chrono::duration_cast<std::chrono::milliseconds>(*next - now).count();
    }
  }
  return out;
}

Result<std::vector<wire::Plugin>> Plugins::list() {
  const std::lock_guard guard(mutex_);
  STRONGROOM_CHECK(load());
  std::vector<wire::Plugin> out;
  if (!ports_.foreign_storage.empty())
    out.push_back({.id = "storage.library",
                   .type = "storage",
                   .format = {},
                   .abi = std::to_string(SR_ABI_MAJOR) + ".0",
                   .origin = "configured",
                   .isolation = ports_.sandbox ? "runner" : "not isolated",
                   .state = "enabled",
                   .sha256 = ports_.foreign_storage,
                   .rights = {},
                   .problem = {},
                   .next_try_ms = {}});
  for (const auto& id : order_) out.push_back(shown(entries_.at(id)));
  for (const auto& [id, entry] : entries_)
    if (!entry.builtin) out.push_back(shown(entry));
  return out;
}

Result<wire::GetResponse> Plugins::get(const std::string& id) {
  const std::lock_guard guard(mutex_);
  STRONGROOM_ASSIGN(const Entry* const entry, find(id));
  wire::GetResponse out{.plugin = shown(*entry), .settings = {}, .last_run = health_[id].last_run};
  for (const auto& setting : entry->manifest.settings) {
    const auto configured = entry->settings.find(setting.name);
    const bool is_default = configured == entry->settings.end();
    out.settings.push_back({.name = setting.name,
                            .type = std::string(kind_name(setting.kind)),
                            .value = is_default ? setting.fallback : configured->second,
                            .source = is_default ? "default" : "configured",
                            .choices = setting.choices.empty() ? std::nullopt : std::optional(setting.choices),
                            .documentation = setting.documentation});
  }
  return out;
}

Status Plugins::set_enabled(const std::string& id, bool enabled) {
  return tell_changed(change_enabled(id, enabled), id);
}

Status Plugins::configure(const std::string& id, const std::map<std::string, std::string>& set,
                          const std::vector<std::string>& unset) {
  return tell_changed(change_settings(id, set, unset), id);
}

Status Plugins::remove(const std::string& id) {
  return tell_changed(forget(id), id);
}

Status Plugins::change_enabled(const std::string& id, bool enabled) {
  const std::lock_guard guard(mutex_);
  STRONGROOM_ASSIGN(Entry* const entry, find(id));
  // Without the active storage there would be no daemon to enable it again.
  if (!enabled && entry->builtin && entry->manifest.type == PluginType::storage)
    return make_error(ErrorCode::conflict, "a storage plugin is chosen by the setting 'vault.storage'", id);
  auto changed = entries_;
  changed[id].is_enabled = enabled;
  STRONGROOM_CHECK(save(changed));
  if (enabled) health_[id].breaker.succeeded();
  return {};
}

Status Plugins::change_settings(const std::string& id, const std::map<std::string, std::string>& set,
                                const std::vector<std::string>& unset) {
  const std::lock_guard guard(mutex_);
  STRONGROOM_ASSIGN(const Entry* const entry, find(id));
  auto settings = entry->settings;
  for (const auto& name : unset)
    if (settings.erase(name) == 0) return make_error(ErrorCode::invalid_argument, "is not configured", name);
  for (const auto& [name, value] : set) settings.insert_or_assign(name, value);
  STRONGROOM_CHECK(check_settings(entry->manifest, settings));
  auto changed = entries_;
  changed[id].settings = std::move(settings);
  return save(changed);
}

Status Plugins::forget(const std::string& id) {
  const std::lock_guard guard(mutex_);
  STRONGROOM_CHECK(load());
  if (std::erase_if(unusable_, [&](const Unusable& each) { return each.id == id; }) != 0) {
    STRONGROOM_CHECK(save(entries_));
    std::error_code ignored;
    std::filesystem::remove_all(folder_ / id, ignored);
    return {};
  }
  STRONGROOM_ASSIGN(const Entry* const entry, find(id));
  if (entry->builtin)
    return make_error(ErrorCode::conflict, "it is built in; 'strongroom plugin disable' keeps it from being used", id);
  auto changed = entries_;
  changed.erase(id);
  STRONGROOM_CHECK(save(changed));
  health_.erase(id);
  std::error_code ignored;
  std::filesystem::remove_all(folder_ / id, ignored);
  return {};
}

Result<std::vector<wire::LogLine>> Plugins::logs(const std::string& id) {
  const std::lock_guard guard(mutex_);
  STRONGROOM_CHECK(find(id));
  return health_[id].lines;
}

Result<std::vector<UsablePlugin>> Plugins::enabled(PluginType type) {
  const std::lock_guard guard(mutex_);
  STRONGROOM_CHECK(load());
  std::vector<UsablePlugin> out;
  const auto add = [&](const Entry& entry) {
    if (entry.manifest.type == type && entry.is_enabled)
      out.push_back({entry.manifest, library_of(entry), entry.settings, entry.builtin});
  };
  for (const auto& id : order_) add(entries_.at(id));
  for (const auto& [id, entry] : entries_)
    if (!entry.builtin) add(entry);
  return out;
}

Status Plugins::may_use(const std::string& id) {
  const std::lock_guard guard(mutex_);
  STRONGROOM_ASSIGN(const Entry* const entry, find(id));
  if (!entry->is_enabled) return make_error(ErrorCode::plugin_unavailable, "the plugin is disabled", id);
  const auto now = Breaker::Clock::now();
  const Breaker& breaker = health_[id].breaker;
  const auto next = breaker.next_try(now);
  if (!next) return {};
  const std::string again = " it may be tried again in " + seconds_until(*next, now);
  return make_error(ErrorCode::plugin_unavailable,
                    breaker.open(now) ? "the plugin has failed five times lately (" + breaker.reason() + ");" + again +
                                            ", or at once after 'strongroom plugin enable'"
                                      : "the plugin has failed (" + breaker.reason() + ");" + again,
                    id);
}

void Plugins::loaded(const std::string& id, bool confined) {
  const std::lock_guard guard(mutex_);
  health_[id].confined = confined;
}

void Plugins::used(const std::string& id, const Status& outcome) {
  if (!outcome && !is_failure(outcome.error())) return;
  bool was_failing = false;
  {
    const std::lock_guard guard(mutex_);
    Breaker& breaker = health_[id].breaker;
    was_failing = !breaker.reason().empty();
    if (outcome)
      breaker.succeeded();
    else
      breaker.failed(Breaker::Clock::now(), outcome.error().message);
  }
  if (!outcome && ports_.report) ports_.report("the plugin " + id + ": " + outcome.error().message);
  if ((!outcome || was_failing) && ports_.fared) ports_.fared();
}

std::vector<std::string> Plugins::problems() {
  const std::lock_guard guard(mutex_);
  const auto now = Breaker::Clock::now();
  std::vector<std::string> out;
  for (const auto& each : unusable_) out.push_back(each.problem);
  for (const auto& [id, health] : health_) {
    const auto entry = entries_.find(id);
    if (health.breaker.reason().empty() || entry == entries_.end() || !entry->second.is_enabled) continue;
    const auto next = health.breaker.next_try(now);
    out.push_back("the plugin " + id + " has failed (" + health.breaker.reason() + "); " +
                  (next ? "it may be tried again from " + time_of(clock_.now_ms(), *next - now) +
                              " on, or at once after 'strongroom plugin enable'"
                        : "it is tried again when it is used"));
  }
  return out;
}

std::function<void(const ResourceReport&)> Plugins::usage_of(const std::string& id) {
  return [this, id](const ResourceReport& report) {
    const auto cpu = std::chrono::duration_cast<std::chrono::milliseconds>(report.cpu);
    const std::lock_guard guard(mutex_);
    health_[id].last_run = {clock_.now_ms(), static_cast<std::int64_t>(report.peak_bytes), cpu.count()};
  };
}

void Plugins::take_log(const std::string& id, std::uint32_t level, std::string_view line) {
  std::string text = ports_.masked ? ports_.masked(line) : mask_secrets(line);
  const std::lock_guard guard(mutex_);
  auto& lines = health_[id].lines;
  if (lines.size() == k_most_lines) lines.erase(lines.begin());
  lines.push_back({clock_.now_ms(), std::string(level_name(level)), std::move(text)});
}

}  // namespace strongroom::plugin_host
