// The part of Plugins that keeps what was installed: the register, and libraries.
#include <sodium.h>

#include <algorithm>

#include <strongroom/protocol/codec.h>

#include "daemon/plugin_host/builtin_plugins.h"
#include "daemon/plugin_host/plugins.h"

namespace strongroom::plugin_host {

namespace wire = protocol::plugin;

namespace {

using protocol::Field;

// One plugin in the register. Of ours only what was changed stands there.
struct Registered {
  std::string id;
  std::optional<std::string> manifest;
  bool enabled = true;
  std::map<std::string, std::string> settings;

  static constexpr auto fields() {
    using R = Registered;
    return std::tuple{Field<&R::id>{"id", "Id."}, Field<&R::manifest>{"manifest", "Of one that was installed."},
                      Field<&R::enabled>{"enabled", "Whether it may be used."},
                      Field<&R::settings>{"settings", "What is configured."}};
  }
};

struct Register {
  std::vector<Registered> plugins;

  static constexpr auto fields() {
    return std::tuple{Field<&Register::plugins>{"plugins", "Those that there is something to say of."}};
  }
};

Error changed_register() {
  return make_error(ErrorCode::tampered,
                    "the register of plugins was changed outside Strongroom; only those that are "
                    "built in can be used until they are installed again; the changed one is kept as register.refused");
}

Sha256 digest_of(BytesView bytes) {
  Sha256 digest{};
  crypto_hash_sha256(digest.data(), bytes.data(), bytes.size());
  return digest;
}

// What was approved before is approved no more.
void remove_other_libraries(const std::filesystem::path& kept) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(kept.parent_path(), ignored))
    if (entry.path() != kept) std::filesystem::remove(entry.path(), ignored);
}

}  // namespace

Status Plugins::add_builtin() {
  for (const auto& builtin : builtin_plugins()) {
    STRONGROOM_ASSIGN(auto manifest, parse_manifest(builtin.manifest));
    order_.push_back(manifest.id);
    const std::string id = manifest.id;
    // Whoever wants to be watched says so.
    const bool enabled = manifest.type != PluginType::monitor;
    entries_.insert_or_assign(id, Entry{std::move(manifest), std::string(builtin.manifest), true, enabled, {}});
  }
  return {};
}

// Under the mutex. What cannot be read is tried again at the next call.
Status Plugins::load() {
  if (loaded_) return {};
  if (entries_.empty()) STRONGROOM_CHECK(add_builtin());
  const auto text = ports_.read(folder_ / "register");
  if (!text && text.error().code != ErrorCode::not_found) return text.error();
  if (text) {
    if (Status read = read_register(*text); !read) {
      if (ports_.report && read.error().code == ErrorCode::tampered) ports_.report(read.error().message);
      // Ours do not depend on it.
      if (read.error().code != ErrorCode::tampered) return read;
      refused_ = *text;
    }
  }
  loaded_ = true;
  return {};
}

// A line with the authentication in hex, then JSON.
Status Plugins::read_register(std::string_view text) {
  const auto line = text.find('\n');
  if (line == std::string_view::npos) return changed_register();
  const std::string_view json = text.substr(line + 1);
  STRONGROOM_ASSIGN(const auto expected, ports_.authenticate(as_bytes(json)));
  const auto said = from_hex(text.substr(0, line));
  if (!said || said->size() != expected.size() || sodium_memcmp(said->data(), expected.data(), expected.size()) != 0)
    return changed_register();
  protocol::JsonDocument document;
  Register read;
  if (!document.parse(json) || !protocol::decode(document.root(), read, {.ignore_unknown = true}))
    return changed_register();
  for (auto& plugin : read.plugins) {
    if (plugin.manifest) {
      auto manifest = parse_manifest(*plugin.manifest);
      // Of a newer version, which knew more: it is kept for that one.
      if (!manifest) {
        const std::string problem = "the plugin " + plugin.id + " cannot be used: " + manifest.error().message;
        if (ports_.report) ports_.report(problem);
        unusable_.push_back({plugin.id, *plugin.manifest, plugin.enabled, std::move(plugin.settings), problem});
        continue;
      }
      entries_.insert_or_assign(
          plugin.id, Entry{*std::move(manifest), *plugin.manifest, false, plugin.enabled, std::move(plugin.settings)});
    } else if (const auto ours = entries_.find(plugin.id); ours != entries_.end()) {
      ours->second.is_enabled = plugin.enabled;
      ours->second.settings = std::move(plugin.settings);
    }
  }
  return {};
}

// Under the mutex. What is in the memory changes only when it is on the disk.
Status Plugins::save(const std::map<std::string, Entry>& entries) {
  Register written;
  for (const auto& [id, entry] : entries) {
    const bool usual = entry.is_enabled == (entry.manifest.type != PluginType::monitor);
    if (entry.builtin && usual && entry.settings.empty()) continue;
    written.plugins.push_back({.id = id,
                               .manifest = entry.builtin ? std::nullopt : std::optional(entry.manifest_text),
                               .enabled = entry.is_enabled,
                               .settings = entry.settings});
  }
  for (const auto& each : unusable_)
    if (!entries.contains(each.id))
      written.plugins.push_back(
          {.id = each.id, .manifest = each.manifest, .enabled = each.is_enabled, .settings = each.settings});
  // What somebody has changed is evidence.
  if (!refused_.empty()) STRONGROOM_CHECK(ports_.write(folder_ / "register.refused", as_bytes(refused_)));
  refused_.clear();
  WipedString json(wiped_heap());
  protocol::JsonWriter writer(json);
  protocol::encode(written, writer);
  STRONGROOM_ASSIGN(const auto tag, ports_.authenticate(as_bytes(json)));
  const std::string text = to_hex(tag) + "\n" + std::string(json);
  STRONGROOM_CHECK(ports_.write(folder_ / "register", as_bytes(text)));
  entries_ = entries;
  return {};
}

// Outside of the mutex: whoever is told asks what there is now.
Status Plugins::tell_changed(Status status, const std::string& id) {
  if (status && ports_.changed) ports_.changed(id);
  return status;
}

// One plugin for each format, and no stranger in the place of one of ours.
Status Plugins::check_conflicts(const Manifest& manifest) const {
  for (const auto& [id, entry] : entries_) {
    if (id == manifest.id && entry.builtin)
      return make_error(ErrorCode::conflict, "there is a plugin of this id that is built in", id);
    if (id != manifest.id && !manifest.format.empty() && entry.manifest.format == manifest.format)
      return make_error(ErrorCode::conflict, "the format '" + manifest.format + "' is written by " + id + " already",
                        id);
  }
  return {};
}

Result<wire::Plugin> Plugins::install(const std::string& manifest_text, const Descriptor& library) {
  auto installed = approve(manifest_text, library);
  if (installed && ports_.changed) ports_.changed(installed->id);
  return installed;
}

Result<wire::Plugin> Plugins::approve(const std::string& manifest_text, const Descriptor& library) {
  STRONGROOM_ASSIGN(auto manifest, parse_manifest(manifest_text));
  if (manifest.type == PluginType::storage)
    return make_error(
        ErrorCode::unsupported,
        "a storage plugin is not installed but configured, with storage.plugin = library, storage.library and "
        "storage.sha256: the daemon needs it before it can open its register");
  if (manifest.abi_major != SR_ABI_MAJOR)
    return make_error(ErrorCode::unsupported, "the plugin was built for interface " +
                                                  std::to_string(manifest.abi_major) +
                                                  ", this daemon speaks interface " + std::to_string(SR_ABI_MAJOR));
  STRONGROOM_ASSIGN(const Bytes bytes, read_library(library));
  if (const Sha256 found = digest_of(bytes); found != manifest.sha256)
    return make_error(ErrorCode::untrusted, "the library is not the one of the manifest: its SHA-256 is " +
                                                to_hex(found) + ", the manifest says " + to_hex(manifest.sha256));
  const std::lock_guard guard(mutex_);
  STRONGROOM_CHECK(load());
  STRONGROOM_CHECK(check_conflicts(manifest));
  Entry entry{std::move(manifest), manifest_text, false, true, {}};
  const std::string id = entry.manifest.id;
  if (const auto before = entries_.find(id); before != entries_.end()) {
    entry.is_enabled = before->second.is_enabled;
    for (const auto& [name, value] : before->second.settings)
      if (check_settings(entry.manifest, {{name, value}})) entry.settings.emplace(name, value);
  }
  STRONGROOM_CHECK(ports_.write(library_of(entry), bytes));
  auto changed = entries_;
  changed.insert_or_assign(id, std::move(entry));
  STRONGROOM_CHECK(save(changed));
  remove_other_libraries(library_of(entries_.at(id)));
  health_[id].breaker.succeeded();
  if (ports_.record) ports_.record("plugin.installed", id + ", sha256 " + to_hex(entries_.at(id).manifest.sha256));
  return shown(entries_.at(id));
}

}  // namespace strongroom::plugin_host
