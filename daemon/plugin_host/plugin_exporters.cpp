#include "daemon/plugin_host/plugin_exporters.h"

#include <strongroom/base/random.h>

#include "daemon/plugin_host/builtin_plugins.h"
#include "daemon/plugin_host/exporter_v1.h"

namespace strongroom::plugin_host {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t k_descriptors = 64;
constexpr std::uint64_t k_file_bytes = 1ull << 42;

// A folder that exists while it is needed.
class ScratchFolder {
 public:
  static Result<ScratchFolder> make(const fs::path& parent) {
    std::array<Byte, 8> random{};
    fill_random(random);
    const fs::path path = parent / to_hex(random);
    std::error_code problem;
    fs::create_directories(path, problem);
    if (!problem) fs::permissions(parent, fs::perms::owner_all, problem);
    if (!problem) fs::permissions(path, fs::perms::owner_all, problem);
    if (problem) return make_error(ErrorCode::storage_failed, "the folder for an export cannot be made");
    return ScratchFolder(path);
  }

  ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

  ScratchFolder& operator=(ScratchFolder&&) = delete;

  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }

  const fs::path& path() const noexcept { return path_; }

 private:
  explicit ScratchFolder(fs::path path) : path_(std::move(path)) {}

  fs::path path_;
};

// Keeps the folder as long as the process that uses it.
class ExporterWithScratch final : public exports::Exporter {
 public:
  ExporterWithScratch(ScratchFolder folder, std::unique_ptr<exports::Exporter> exporter)
      : folder_(std::move(folder)), exporter_(std::move(exporter)) {}

  Status sheet(const exports::Sheet& sheet) override { return exporter_->sheet(sheet); }

  Status row(std::span<const exports::Cell> cells) override { return exporter_->row(cells); }

  Status end() override { return exporter_->end(); }

 private:
  ScratchFolder folder_;
  std::unique_ptr<exports::Exporter> exporter_;
};

}  // namespace

PluginExporters::PluginExporters(std::vector<ExporterPlugin> plugins, Options options)
    : plugins_(std::move(plugins)), options_(std::move(options)) {
  // What a daemon that was killed has left.
  std::error_code ignored;
  fs::remove_all(options_.scratch, ignored);
}

std::vector<exports::Format> PluginExporters::formats() const {
  std::vector<exports::Format> out;
  for (const auto& [manifest, library] : plugins_)
    out.push_back({manifest.format, manifest.extension, manifest.media_type, manifest.id});
  return out;
}

Result<const ExporterPlugin*> PluginExporters::find(std::string_view format) const {
  std::string all;
  for (const auto& plugin : plugins_) {
    if (plugin.manifest.format == format) return &plugin;
    all += (all.empty() ? "" : ", ") + plugin.manifest.format;
  }
  return make_error(ErrorCode::invalid_argument, "is not a format; there are: " + all, "format");
}

Result<std::unique_ptr<exports::Exporter>> PluginExporters::begin(exports::Begin begin) {
  STRONGROOM_ASSIGN(const ExporterPlugin* const plugin, find(begin.format));
  const Manifest& manifest = plugin->manifest;
  STRONGROOM_CHECK(check_settings(manifest, begin.settings));
  STRONGROOM_ASSIGN(const Descriptor file, open_trusted(plugin->library, Trustee::of_this_process()));
  STRONGROOM_ASSIGN(const Descriptor library, sealed_copy(file, manifest.sha256));
  STRONGROOM_ASSIGN(auto program, runner_program());
  STRONGROOM_ASSIGN(auto process, RunnerProcess::start({std::move(program), options_.log, std::move(begin.stopped)}));
  plugin_seam::LoadCall call{.extension = SR_EXPORTER_V1_ID,
                             .scratch = {},
                             .limits = {options_.memory_bytes, k_file_bytes, k_descriptors},
                             .require_sandbox = options_.require_sandbox};
  auto settings = begin.settings;
  std::optional<ScratchFolder> scratch;
  if (manifest.has_right("scratch")) {
    STRONGROOM_ASSIGN(auto made, ScratchFolder::make(options_.scratch));
    scratch.emplace(std::move(made));
    call.scratch = scratch->path().string();
    settings.insert_or_assign("scratch", call.scratch);
  }
  STRONGROOM_ASSIGN(const auto loaded, process->load(call, library, options_.deadlines.load));
  if (loaded.id != manifest.id)
    return make_error(ErrorCode::untrusted, "the plugin says another id than its manifest", manifest.id);
  STRONGROOM_ASSIGN(std::unique_ptr<exports::Exporter> exporter,
                    ExporterV1::begin(std::move(process), begin, settings, options_.deadlines));
  if (!scratch) return exporter;
  return std::make_unique<ExporterWithScratch>(*std::move(scratch), std::move(exporter));
}

Result<std::vector<ExporterPlugin>> builtin_exporters() {
  STRONGROOM_ASSIGN(const fs::path folder, builtin_plugin_folder());
  std::vector<ExporterPlugin> out;
  for (const auto& builtin : builtin_plugins()) {
    if (builtin.type != name_of(PluginType::exporter)) continue;
    STRONGROOM_ASSIGN(Manifest manifest, parse_manifest(builtin.manifest));
    out.push_back({std::move(manifest), folder / builtin.file});
  }
  return out;
}

}  // namespace strongroom::plugin_host
