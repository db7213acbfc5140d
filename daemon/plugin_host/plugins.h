// Which plugins there are, which of them may be used, and how they have fared.
//
// Ours are compiled into the daemon by their digests. What an administrator has installed stands in a register that is
// authenticated with a key of the store: a changed register is refused, and a library that is not the one that was
// approved is never loaded.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <strongroom/base/clock.h>
#include <strongroom/protocol/methods/plugin.h>

#include "daemon/plugin_host/breaker.h"
#include "daemon/plugin_host/manifest.h"
#include "daemon/plugin_host/resource_report.h"

namespace strongroom::plugin_host {

// A plugin that may be used now.
struct UsablePlugin {
  Manifest manifest;
  std::filesystem::path library;
  std::map<std::string, std::string> settings;  // as configured
  bool builtin = false;
};

// Thread-safe.
class Plugins {
 public:
  using Digest = std::array<Byte, 32>;

  struct Ports {
    // Reads and replaces a small private file, durably. Errors: not_found, storage errors.
    std::function<Result<std::string>(const std::filesystem::path& file)> read;
    std::function<Status(const std::filesystem::path& file, BytesView content)> write;
    // The same for the same bytes as long as the store lives, and unknown to whoever has not its keys. Error: locked.
    std::function<Result<Digest>(BytesView bytes)> authenticate;
    std::function<void(std::string_view line)> report;  // to the daemon's own log
    // Clears what a plugin says of what looks like a secret.
    std::function<std::string(std::string_view line)> masked;
    // A plugin was installed, removed, enabled, disabled or configured.
    std::function<void(const std::string& id)> changed;
    // What problems() says may be different from now on. Called without a lock, on any thread.
    std::function<void()> fared;
    // To the audit log: which library was approved.
    std::function<void(std::string_view action, std::string_view detail)> record;
    bool sandbox = true;           // whether this system can confine a process
    std::string confined_storage;  // id of the storage plugin that runs apart; empty: none does
    std::string foreign_storage;   // SHA-256, in hex, of the storage library of the configuration; empty: there is none
  };

  // `folder` is the daemon's own; it is made when something is installed.
  Plugins(std::filesystem::path folder, const Clock& clock, Ports ports);

  Result<std::vector<protocol::plugin::Plugin>> list();
  Result<protocol::plugin::GetResponse> get(const std::string& id);
  // `library` is read from its beginning. Errors: configuration (the manifest), untrusted (the digest, both of which
  // are told), conflict (the id or the format of another plugin), unsupported, storage errors.
  Result<protocol::plugin::Plugin> install(const std::string& manifest, const Descriptor& library);
  // Error of these: not_found. Ours cannot be removed: conflict.
  Status remove(const std::string& id);
  Status set_enabled(const std::string& id, bool enabled);
  // Error: invalid_argument, its subject names the setting.
  Status configure(const std::string& id, const std::map<std::string, std::string>& set,
                   const std::vector<std::string>& unset);
  Result<std::vector<protocol::plugin::LogLine>> logs(const std::string& id);

  // All of a type that are enabled, failing ones too.
  Result<std::vector<UsablePlugin>> enabled(PluginType type);
  // Whether it may be used now. Error: plugin_unavailable, which says why and when it may be tried again.
  Status may_use(const std::string& id);
  // Whether the process that has loaded it is confined.
  void loaded(const std::string& id, bool confined);
  // How a use has ended.
  void used(const std::string& id, const Status& outcome);
  // A sentence for each plugin that is enabled and failed when it was last used, with the reason and the time of the
  // next try.
  std::vector<std::string> problems();
  // Takes what a process of the plugin has used; `this` outlives it.
  std::function<void(const ResourceReport&)> usage_of(const std::string& id);
  void take_log(const std::string& id, std::uint32_t level, std::string_view line);

 private:
  struct Entry {
    Manifest manifest;
    std::string manifest_text;
    bool builtin = false;
    bool is_enabled = true;
    std::map<std::string, std::string> settings;
  };

  // One whose manifest this version does not understand.
  struct Unusable {
    std::string id;
    std::string manifest;
    bool is_enabled = true;
    std::map<std::string, std::string> settings;
    std::string problem;
  };

  struct Health {
    Breaker breaker;
    std::optional<protocol::plugin::Usage> last_run;
    bool confined = true;  // its last process
    std::vector<protocol::plugin::LogLine> lines;
  };

  Status load();
  Status add_builtin();
  Status read_register(std::string_view text);
  Status save(const std::map<std::string, Entry>& entries);
  Status tell_changed(Status status, const std::string& id);
  Result<protocol::plugin::Plugin> approve(const std::string& manifest, const Descriptor& library);
  Status change_enabled(const std::string& id, bool enabled);
  Status change_settings(const std::string& id, const std::map<std::string, std::string>& set,
                         const std::vector<std::string>& unset);
  Status forget(const std::string& id);
  Result<Entry*> find(const std::string& id);
  std::string isolation_of(const Manifest& manifest) const;
  protocol::plugin::Plugin shown(const Entry& entry);
  std::filesystem::path library_of(const Entry& entry) const;
  Status check_conflicts(const Manifest& manifest) const;

  const std::filesystem::path folder_;
  const Clock& clock_;
  const Ports ports_;
  std::mutex mutex_;
  bool loaded_ = false;
  std::map<std::string, Entry> entries_;
  std::vector<std::string> order_;  // of ours
  std::vector<Unusable> unusable_;
  std::string refused_;  // the register that somebody has changed; empty: none was
  std::map<std::string, Health> health_;
};

}  // namespace strongroom::plugin_host
