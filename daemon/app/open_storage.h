// The storage that the configuration names.
#pragma once

#include <functional>
#include <memory>

#include "daemon/app/configuration.h"
#include "daemon/plugin_host/storage_v1.h"

namespace strongroom::app {

enum class StorageUse : std::uint8_t {
  serve,
  fill,  // new, and thrown away unless it is filled: nothing of it is durable before sync_files() or the like
};

// `say` takes what the plugin logs. `stopped`: whether nobody waits any more for what takes long in a process of the
// storage's own. Errors: configuration, those of loading and opening.
Result<std::unique_ptr<plugin_host::StorageV1>> open_storage(const Configuration& configuration,
                                                             plugin_host::PluginLog say, std::function<bool()> stopped,
                                                             StorageUse use = StorageUse::serve);

}  // namespace strongroom::app
