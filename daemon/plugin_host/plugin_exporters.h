// The exporters that the daemon has, each export in a process of its own.
#pragma once

#include <filesystem>

#include "daemon/exports/exporter.h"
#include "daemon/plugin_host/manifest.h"
#include "daemon/plugin_host/runner_process.h"

namespace strongroom::plugin_host {

// An exporter that may be run: what its manifest says, and where its library lies.
struct ExporterPlugin {
  Manifest manifest;
  std::filesystem::path library;
};

// Thread-safe.
class PluginExporters final : public exports::Exporters {
 public:
  struct Options {
    std::filesystem::path scratch;  // a folder of the daemon, made when it is needed; each export has one below it
    PluginLog log;
    bool require_sandbox = true;
    Deadlines deadlines{};
    std::uint64_t memory_bytes = 512ull << 20;  // of a plugin's address space
  };

  PluginExporters(std::vector<ExporterPlugin> plugins, Options options);

  std::vector<exports::Format> formats() const override;
  Result<std::unique_ptr<exports::Exporter>> begin(exports::Begin begin) override;

 private:
  Result<const ExporterPlugin*> find(std::string_view format) const;

  const std::vector<ExporterPlugin> plugins_;
  const Options options_;
};

// Those that are compiled into the trust of this daemon. Error: plugin_unavailable.
Result<std::vector<ExporterPlugin>> builtin_exporters();

}  // namespace strongroom::plugin_host
