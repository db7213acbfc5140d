// A plugin to be checked: its library, what its manifest says, and how it is confined.
#pragma once

#include <filesystem>
#include <string>

#include <strongroom/base/result.h>
#include <strongroom/plugin_tests/check.h>

namespace strongroom::plugin_check {

struct Plugin {
  std::string id;         // of the manifest
  std::string extension;  // "strongroom.storage/1"
  plugin_tests::Subject subject;
};

// Reads the manifest and compares the library's digest with it; loads nothing. Errors: not_found, configuration,
// untrusted for a library that is another one.
Result<Plugin> read_plugin(const std::filesystem::path& library, const std::filesystem::path& manifest);

}  // namespace strongroom::plugin_check
