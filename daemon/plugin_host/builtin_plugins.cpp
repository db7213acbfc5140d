#include "daemon/plugin_host/builtin_plugins.h"

#include <algorithm>
#include <boost/dll/runtime_symbol_info.hpp>

namespace strongroom::plugin_host {

Result<std::filesystem::path> builtin_plugin_folder() {
  std::error_code problem;
  const std::filesystem::path program = boost::dll::program_location(problem);
  if (problem || program.empty())
    return make_error(ErrorCode::plugin_unavailable, "the folder of this program cannot be determined");
  return program.parent_path().parent_path() / "lib" / "strongroom" / "plugins";
}

Result<std::unique_ptr<StorageV1>> open_builtin_storage(std::string_view name, const std::filesystem::path& folder,
                                                        PluginLog log) {
  const auto all = builtin_plugins();
  const auto found = std::ranges::find_if(all, [&](const auto& p) { return p.type == "storage" && p.name == name; });
  if (found == all.end()) return make_error(ErrorCode::not_found, "there is no such storage plugin", std::string(name));
  STRONGROOM_ASSIGN(const std::filesystem::path plugins, builtin_plugin_folder());
  STRONGROOM_ASSIGN(const auto plugin, InProcessPlugin::load(plugins / found->file, found->sha256));
  return StorageV1::open(plugin->extension(SR_STORAGE_V1_ID), plugin, {{"folder", folder.string()}}, std::move(log));
}

}  // namespace strongroom::plugin_host
