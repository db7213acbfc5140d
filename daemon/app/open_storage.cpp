#include "daemon/app/open_storage.h"

#include <algorithm>

#include "daemon/app/places.h"
#include "daemon/plugin_host/builtin_plugins.h"

namespace strongroom::app {
namespace {

using plugin_host::StorageV1;

// A stranger's has a folder of its own: beside its rows the store's folder holds what opens them.
Result<std::unique_ptr<StorageV1>> open_foreign(const Configuration& configuration,
                                                plugin_host::ConfinedOptions options) {
  const auto digest = from_hex(configuration.storage_sha256);
  if (configuration.storage_library.empty() || !digest || digest->empty())
    return make_error(ErrorCode::configuration,
                      "storage.plugin = library wants storage.library and storage.sha256 too");
  plugin_host::Sha256 sha256{};
  std::ranges::copy(*digest, sha256.begin());
  const auto folder = configuration.data / "storage";
  STRONGROOM_CHECK(prepare_folder(folder));
  return plugin_host::open_foreign_storage(configuration.storage_library, sha256, folder, std::move(options));
}

}  // namespace

Result<std::unique_ptr<StorageV1>> open_storage(const Configuration& configuration, plugin_host::PluginLog say,
                                                std::function<bool()> stopped, StorageUse use) {
  const bool foreign = configuration.storage == k_foreign_storage;
  plugin_host::PluginSettings settings;
  if (use == StorageUse::fill && configuration.storage == "sqlite") settings["filling"] = "true";
  if (!foreign && !configuration.storage_apart)
    return plugin_host::open_builtin_storage(configuration.storage, configuration.data, std::move(say),
                                             std::move(settings));
  plugin_host::ConfinedOptions options{std::move(say), configuration.require_sandbox, std::move(stopped),
                                       std::move(settings)};
  if (foreign) return open_foreign(configuration, std::move(options));
  return plugin_host::open_confined_storage(configuration.storage, configuration.data, std::move(options));
}

}  // namespace strongroom::app
