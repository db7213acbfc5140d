// Plugins as the tests load them: the real module through the real loader, once in a process.
#pragma once

#include <memory>
#include <string_view>

#include "daemon/plugin_host/builtin_plugins.h"

namespace strongroom::testing {

// SHA-256 of a file.
plugin_host::Sha256 digest_of(const std::filesystem::path& file);

// A storage of ours by its name ("sqlite"), or the example ("hello"), opened on `folder`.
Result<std::unique_ptr<plugin_host::StorageV1>> open_storage(std::string_view name,
                                                             const std::filesystem::path& folder);

// Where the example's module lies.
std::filesystem::path hello_plugin_file();

}  // namespace strongroom::testing
