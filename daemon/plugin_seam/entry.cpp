#include "daemon/plugin_seam/entry.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>

#include <strongroom/base/bytes.h>

namespace strongroom::plugin_seam {
namespace {

Error unavailable(std::string sentence) {
  return make_error(ErrorCode::plugin_unavailable, std::move(sentence));
}

// A text of the plugin: zero-terminated within its bound, printable ASCII or UTF-8 without control characters.
std::optional<std::string> checked_text(const char* text) {
  if (text == nullptr) return std::nullopt;
  const std::size_t size = strnlen(text, SR_MAX_NAME + 1);
  if (size == 0 || size > SR_MAX_NAME) return std::nullopt;
  std::string out(text, size);
  const bool printable = std::ranges::all_of(out, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte != 0x7f;
  });
  return printable ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace

Result<PluginInfo> read_entry(const sr_plugin_entry* entry) {
  if (entry == nullptr) return unavailable("the library is no plugin: it does not export '" SR_ENTRY_SYMBOL "'");
  // The size and the revision stand at the same place in every major.
  if (entry->size < offsetof(sr_plugin_entry, abi_minor) + sizeof entry->abi_minor)
    return unavailable("the plugin's entry table is too short");
  if (entry->abi_major != SR_ABI_MAJOR)
    return unavailable("the plugin was built for interface " + std::to_string(entry->abi_major) +
                       ", this daemon speaks interface " + std::to_string(SR_ABI_MAJOR));
  if (entry->size < sizeof(sr_plugin_entry)) return unavailable("the plugin's entry table is too short");
  if (entry->get_extension == nullptr) return unavailable("the plugin's entry table lacks 'get_extension'");
  auto id = checked_text(entry->id);
  auto name = checked_text(entry->name);
  auto version = checked_text(entry->version);
  if (!id || !name || !version) return unavailable("the plugin's id, name or version is missing or malformed");
  return PluginInfo{*std::move(id), *std::move(name), *std::move(version), entry->abi_major, entry->abi_minor};
}

Status check_table(const void* table, std::span<const char* const> functions, std::string_view extension) {
  constexpr std::size_t k_first = 8;
  const std::string id = "'" + std::string(extension) + "'";
  if (table == nullptr) return unavailable("the plugin does not have the extension " + id);
  std::uint32_t size = 0;
  std::memcpy(&size, table, sizeof size);
  if (size < k_first + functions.size() * sizeof(void*))
    return unavailable("the table " + id + " of the plugin is too short");
  for (std::size_t i = 0; i < functions.size(); ++i) {
    const void* function = nullptr;
    std::memcpy(&function, static_cast<const Byte*>(table) + k_first + i * sizeof function, sizeof function);
    if (function == nullptr)
      return unavailable("the table " + id + " of the plugin lacks '" + std::string(functions[i]) + "'");
  }
  return {};
}

}  // namespace strongroom::plugin_seam
