// The plugin's library in this process.
#pragma once

#include <strongroom/base/result.h>

#include "daemon/platform/descriptor.h"
#include "daemon/plugin_seam/entry.h"

namespace strongroom::runner {

struct Library {
  const sr_plugin_entry* entry = nullptr;
  plugin_seam::PluginInfo info;
};

// Loads it from a descriptor; it stays loaded as long as the process lives. Runs code of the plugin. Error:
// plugin_unavailable.
Result<Library> load_library(platform::Descriptor file);

}  // namespace strongroom::runner
