// The monitors that the daemon has, each in a process of its own.
#pragma once

#include <filesystem>

#include "daemon/monitoring/monitor.h"
#include "daemon/plugin_host/plugins.h"
#include "daemon/plugin_host/runner_process.h"

namespace strongroom::plugin_host {

// Thread-safe.
class PluginMonitors final : public monitoring::Monitors {
 public:
  struct Options {
    std::filesystem::path sockets;     // the folder in which a monitor with the right "listen" is reached: ID.socket
    std::filesystem::path taken = {};  // the daemon's own socket, which none may replace
    std::filesystem::path journal = "/run/systemd/journal/socket";
    bool require_sandbox = true;
    Deadlines deadlines{};
    std::uint64_t memory_bytes = 256ull << 20;
  };

  // `plugins` outlives it.
  PluginMonitors(Plugins& plugins, Options options) : plugins_(plugins), options_(std::move(options)) {}

  Result<std::vector<std::string>> enabled() override;
  Result<std::unique_ptr<monitoring::Monitor>> open(const std::string& id, std::function<bool()> stopped) override;

 private:
  Result<std::unique_ptr<monitoring::Monitor>> start(const UsablePlugin& plugin, std::function<bool()> stopped);

  Plugins& plugins_;
  const Options options_;
};

}  // namespace strongroom::plugin_host
