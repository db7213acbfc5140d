#include "daemon/plugin_host/builtin_plugins.h"

#include <algorithm>
#include <boost/dll/runtime_symbol_info.hpp>

#include "daemon/plugin_host/runner_storage.h"

namespace strongroom::plugin_host {

Result<std::filesystem::path> builtin_plugin_folder() {
  std::error_code problem;
  const std::filesystem::path program = boost::dll::program_location(problem);
  if (problem || program.empty())
    return make_error(ErrorCode::plugin_unavailable, "the folder of this program cannot be determined");
  return program.parent_path().parent_path() / "lib" / "strongroom" / "plugins";
}

namespace {

constexpr plugin_seam::Limits k_storage_limits{
    .memory_bytes = 16ull << 30, .file_bytes = 1ull << 42, .descriptors = 512};

Result<BuiltinPlugin> find_storage(std::string_view name) {
  const auto all = builtin_plugins();
  const auto found = std::ranges::find_if(all, [&](const auto& p) { return p.type == "storage" && p.name == name; });
  if (found == all.end()) return make_error(ErrorCode::not_found, "there is no such storage plugin", std::string(name));
  return *found;
}

struct ConfinedStorage {
  std::filesystem::path library;
  Sha256 sha256{};
  std::filesystem::path folder;
  ConfinedOptions options;
};

Result<std::unique_ptr<RunnerProcess>> start_storage(const ConfinedStorage& storage) {
  STRONGROOM_ASSIGN(const Descriptor file, open_trusted(storage.library, Trustee::of_this_process()));
  STRONGROOM_ASSIGN(const Descriptor library, sealed_copy(file, storage.sha256));
  STRONGROOM_ASSIGN(auto program, runner_program());
  STRONGROOM_ASSIGN(auto process,
                    RunnerProcess::start({std::move(program), storage.options.log, storage.options.stopped, {}}));
  const plugin_seam::LoadCall call{.extension = SR_STORAGE_V1_ID,
                                   .scratch = {},
                                   .folder = storage.folder.string(),
                                   .limits = k_storage_limits,
                                   .require_sandbox = storage.options.require_sandbox};
  STRONGROOM_CHECK(process->load(call, library, Deadlines().load));
  return process;
}

Result<std::unique_ptr<StorageV1>> open_confined(ConfinedStorage storage) {
  RunnerStorage::Options options;
  options.settings = storage.options.settings;
  options.settings["folder"] = storage.folder.string();
  options.log = storage.options.log;
  options.start = [storage = std::move(storage)] { return start_storage(storage); };
  return RunnerStorage::open(std::move(options));
}

}  // namespace

Result<std::unique_ptr<StorageV1>> open_builtin_storage(std::string_view name, const std::filesystem::path& folder,
                                                        PluginLog log, PluginSettings settings) {
  STRONGROOM_ASSIGN(const BuiltinPlugin found, find_storage(name));
  STRONGROOM_ASSIGN(const std::filesystem::path plugins, builtin_plugin_folder());
  STRONGROOM_ASSIGN(const auto plugin, InProcessPlugin::load(plugins / found.file, found.sha256));
  settings["folder"] = folder.string();
  return StorageV1::open(plugin->extension(SR_STORAGE_V1_ID), plugin, settings, std::move(log));
}

Result<std::unique_ptr<StorageV1>> open_confined_storage(std::string_view name, const std::filesystem::path& folder,
                                                         ConfinedOptions options) {
  STRONGROOM_ASSIGN(const BuiltinPlugin found, find_storage(name));
  STRONGROOM_ASSIGN(const std::filesystem::path plugins, builtin_plugin_folder());
  return open_confined({plugins / found.file, found.sha256, folder, std::move(options)});
}

Result<std::unique_ptr<StorageV1>> open_foreign_storage(const std::filesystem::path& library, const Sha256& sha256,
                                                        const std::filesystem::path& folder, ConfinedOptions options) {
  return open_confined({library, sha256, folder, std::move(options)});
}

}  // namespace strongroom::plugin_host
