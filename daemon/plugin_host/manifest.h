// What a plugin's manifest says: a JSON object beside its library.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/result.h>

#include "daemon/plugin_host/trust.h"

namespace strongroom::plugin_host {

enum class PluginType : std::uint8_t { storage, exporter, monitor };

std::string_view name_of(PluginType type) noexcept;

// What an administrator may configure.
struct SettingInfo {
  enum class Kind : std::uint8_t { boolean, integer, text, choice };

  std::string name;
  Kind kind = Kind::text;
  std::string fallback;
  std::vector<std::string> choices;
  std::string documentation;
};

struct Manifest {
  std::string id;
  PluginType type = PluginType::storage;
  std::uint16_t abi_major = 0;
  std::uint16_t abi_minor = 0;
  std::string file;  // of the library, a name without folders
  Sha256 sha256{};
  std::vector<std::string> rights;  // of k_rights
  // Of an exporter.
  std::string format;
  std::string extension;
  std::string media_type;
  std::vector<SettingInfo> settings;

  bool has_right(std::string_view right) const noexcept;
};

// What a plugin may ask for: "folder" (a storage's data), "scratch" (an empty folder during an export), "journal" (a
// monitor's socket to the system's journal), "listen" (a monitor's socket for readers).
inline constexpr std::string_view k_rights[] = {"folder", "scratch", "journal", "listen"};

// At most 64 KiB. Error: configuration, with a sentence that names the member; a member or a right that is not known is
// one, so that nothing is granted by mistake.
Result<Manifest> parse_manifest(std::string_view json);

// The settings that a plugin is given: what is configured, checked against what the manifest says; what is not
// configured is left to the plugin. Error: invalid_argument, its subject names the setting.
Status check_settings(const Manifest& manifest, const std::map<std::string, std::string>& configured);

}  // namespace strongroom::plugin_host
