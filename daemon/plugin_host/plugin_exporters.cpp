#include "daemon/plugin_host/plugin_exporters.h"

#include <strongroom/base/random.h>

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

// Keeps the folder as long as the process that uses it, and tells how the plugin has fared.
class WatchedExporter final : public exports::Exporter {
 public:
  WatchedExporter(Plugins& plugins, std::string id, std::optional<ScratchFolder> folder,
                  std::unique_ptr<exports::Exporter> exporter)
      : plugins_(plugins), id_(std::move(id)), folder_(std::move(folder)), exporter_(std::move(exporter)) {}

  Status sheet(const exports::Sheet& sheet) override { return noted(exporter_->sheet(sheet)); }

  Status row(std::span<const exports::Cell> cells) override {
    Status status = exporter_->row(cells);
    return status ? std::move(status) : noted(std::move(status));
  }

  Status end() override {
    Status status = noted(exporter_->end());
    if (status) plugins_.used(id_, {});
    return status;
  }

 private:
  Status noted(Status status) {
    if (!status && !std::exchange(failed_, true)) plugins_.used(id_, status);
    return status;
  }

  Plugins& plugins_;
  const std::string id_;
  std::optional<ScratchFolder> folder_;
  std::unique_ptr<exports::Exporter> exporter_;
  bool failed_ = false;
};

}  // namespace

PluginExporters::PluginExporters(Plugins& plugins, Options options) : plugins_(plugins), options_(std::move(options)) {
  // What a daemon that was killed has left.
  std::error_code ignored;
  fs::remove_all(options_.scratch, ignored);
}

Result<std::vector<exports::Format>> PluginExporters::formats() const {
  STRONGROOM_ASSIGN(const auto plugins, plugins_.enabled(PluginType::exporter));
  std::vector<exports::Format> out;
  for (const auto& plugin : plugins) {
    const Manifest& manifest = plugin.manifest;
    out.push_back({manifest.format, manifest.extension, manifest.media_type, manifest.id});
  }
  return out;
}

Result<UsablePlugin> PluginExporters::find(std::string_view format) const {
  STRONGROOM_ASSIGN(auto plugins, plugins_.enabled(PluginType::exporter));
  std::string all;
  for (auto& plugin : plugins) {
    if (plugin.manifest.format == format) return std::move(plugin);
    all += (all.empty() ? "" : ", ") + plugin.manifest.format;
  }
  return make_error(ErrorCode::invalid_argument, "names no format; there are: " + all, "format");
}

// What an export asks for stands over what is configured.
Result<std::unique_ptr<exports::Exporter>> PluginExporters::begin(exports::Begin begin) {
  STRONGROOM_ASSIGN(const UsablePlugin plugin, find(begin.format));
  // It could tell values to its log, or leave them on the disk.
  if (begin.secret && (!plugin.builtin || plugin.manifest.has_right("scratch")))
    return make_error(ErrorCode::invalid_argument,
                      "cannot hold values of secrets: " +
                          std::string(plugin.builtin ? "its exporter keeps rows in a file "
                                                       "while it works"
                                                     : "its exporter is not built in") +
                          "; csv, json, jsonl and html can",
                      "format");
  for (const auto& [name, value] : plugin.settings) begin.settings.try_emplace(name, value);
  STRONGROOM_CHECK(check_settings(plugin.manifest, begin.settings));
  STRONGROOM_CHECK(plugins_.may_use(plugin.manifest.id));
  auto exporter = start(plugin, std::move(begin));
  if (!exporter) plugins_.used(plugin.manifest.id, exporter.error());
  return exporter;
}

Result<std::unique_ptr<exports::Exporter>> PluginExporters::start(const UsablePlugin& plugin, exports::Begin begin) {
  const Manifest& manifest = plugin.manifest;
  STRONGROOM_ASSIGN(const Descriptor file, open_trusted(plugin.library, Trustee::of_this_process()));
  STRONGROOM_ASSIGN(const Descriptor library, sealed_copy(file, manifest.sha256));
  STRONGROOM_ASSIGN(auto program, runner_program());
  auto log = [this, id = manifest.id](std::uint32_t level, std::string_view line) {
    plugins_.take_log(id, level, line);
  };
  // Outlives the process: one that still lives could write into the folder while it is cleared.
  std::optional<ScratchFolder> scratch;
  STRONGROOM_ASSIGN(auto process, RunnerProcess::start({std::move(program), std::move(log), std::move(begin.stopped),
                                                        plugins_.usage_of(manifest.id)}));
  plugin_seam::LoadCall call{.extension = SR_EXPORTER_V1_ID,
                             .scratch = {},
                             .limits = {options_.memory_bytes, k_file_bytes, k_descriptors},
                             .require_sandbox = options_.require_sandbox};
  if (manifest.has_right("scratch")) {
    STRONGROOM_ASSIGN(auto made, ScratchFolder::make(options_.scratch));
    scratch.emplace(std::move(made));
    call.scratch = scratch->path().string();
    begin.settings.insert_or_assign("scratch", call.scratch);
  }
  STRONGROOM_ASSIGN(const auto loaded, process->load(call, library, options_.deadlines.load));
  plugins_.loaded(manifest.id, loaded.files_confined && loaded.calls_confined);
  if (loaded.id != manifest.id)
    return make_error(ErrorCode::untrusted, "the plugin says another id than its manifest", manifest.id);
  STRONGROOM_ASSIGN(std::unique_ptr<exports::Exporter> exporter,
                    ExporterV1::begin(std::move(process), begin, begin.settings, options_.deadlines));
  return std::make_unique<WatchedExporter>(plugins_, manifest.id, std::move(scratch), std::move(exporter));
}

}  // namespace strongroom::plugin_host
