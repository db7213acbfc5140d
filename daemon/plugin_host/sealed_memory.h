// Files in memory that cannot change.
#pragma once

#include <fcntl.h>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

#include "daemon/plugin_host/trust.h"

namespace strongroom::plugin_host {

// How a folder is opened that only serves to look below it.
#if defined(O_PATH)
inline constexpr int k_open_folder = O_PATH;
#else
inline constexpr int k_open_folder = O_RDONLY;
#endif

// A file without a name that holds `bytes` and can neither be written nor resized by anybody, its maker included.
// `unsupported` where the system has no such files or forbids to execute them.
Result<Descriptor> sealed_memory(BytesView bytes);

// The path under which this process can open a descriptor of its own.
std::filesystem::path path_of(const Descriptor& file);

}  // namespace strongroom::plugin_host
