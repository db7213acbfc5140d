// The exporters that the daemon has, each export in a process of its own.
#pragma once

#include <filesystem>

#include "daemon/exports/exporter.h"
#include "daemon/plugin_host/plugins.h"
#include "daemon/plugin_host/runner_process.h"

namespace strongroom::plugin_host {

// Thread-safe.
class PluginExporters final : public exports::Exporters {
 public:
  struct Options {
    std::filesystem::path scratch;  // a folder of the daemon, made when it is needed; each export has one below it
    bool require_sandbox = true;
    Deadlines deadlines{};
    std::uint64_t memory_bytes = 512ull << 20;  // of a plugin's address space
  };

  // `plugins` outlives it.
  PluginExporters(Plugins& plugins, Options options);

  Result<std::vector<exports::Format>> formats() const override;
  Result<std::unique_ptr<exports::Exporter>> begin(exports::Begin begin) override;

 private:
  Result<UsablePlugin> find(std::string_view format) const;
  Result<std::unique_ptr<exports::Exporter>> start(const UsablePlugin& plugin, exports::Begin begin);

  Plugins& plugins_;
  const Options options_;
};

}  // namespace strongroom::plugin_host
