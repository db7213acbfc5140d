// Loads a plugin into the daemon's own process. Only for plugins whose digest is compiled into the daemon: such a
// plugin shares the memory in which the keys lie.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <strongroom/abi/entry.h>
#include <strongroom/base/result.h>

#include "daemon/plugin_host/trust.h"
#include "daemon/plugin_seam/entry.h"

namespace strongroom::plugin_host {

using plugin_seam::PluginInfo;

// A loaded plugin. Its code stays in the process until the process ends, whatever happens to this object: threads and
// exit handlers of a library outlive every object that knows it. Immutable, thread-safe.
class InProcessPlugin {
 public:
  // Checks the file (trust.h), copies it into sealed memory, compares the copy's digest and loads the copy.
  static Result<std::shared_ptr<const InProcessPlugin>> load(const std::filesystem::path& path, const Sha256& expected,
                                                             const Trustee& trustee = Trustee::of_this_process());

  const PluginInfo& info() const noexcept { return info_; }

  // The table of an extension, valid for ever, or null.
  const void* extension(const char* id) const noexcept { return entry_->get_extension(id); }

 private:
  InProcessPlugin(const sr_plugin_entry* entry, PluginInfo info) : entry_(entry), info_(std::move(info)) {}

  const sr_plugin_entry* entry_;
  PluginInfo info_;
};

}  // namespace strongroom::plugin_host
