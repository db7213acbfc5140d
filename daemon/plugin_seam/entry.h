// What a plugin says about itself, checked for form.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <strongroom/abi/entry.h>
#include <strongroom/base/result.h>

namespace strongroom::plugin_seam {

struct PluginInfo {
  std::string id;
  std::string name;
  std::string version;
  std::uint16_t abi_major = 0;
  std::uint16_t abi_minor = 0;
};

// Reads an entry table. `plugin_unavailable` with a sentence for another major, a table that is too short, a missing
// function, or a text that is missing, too long or not printable.
Result<PluginInfo> read_entry(const sr_plugin_entry* entry);

// Whether the table that the plugin returned for `extension` is there and has all of `functions`: their names in the
// order of the table, in which they follow its size and a reserved number. `plugin_unavailable` with a sentence.
Status check_table(const void* table, std::span<const char* const> functions, std::string_view extension);

}  // namespace strongroom::plugin_seam
