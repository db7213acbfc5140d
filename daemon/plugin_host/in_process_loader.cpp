#include "daemon/plugin_host/in_process_loader.h"

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <cstddef>
#include <cstring>
#include <optional>

#include "daemon/plugin_host/sealed_memory.h"

namespace strongroom::plugin_host {
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

// A library that is never given back.
union Unowned {
  Unowned() : library() {}

  ~Unowned() {}

  boost::dll::shared_library library;
};

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

Result<std::shared_ptr<const InProcessPlugin>> InProcessPlugin::load(const std::filesystem::path& path,
                                                                     const Sha256& expected, const Trustee& trustee) {
  STRONGROOM_ASSIGN(const Descriptor file, open_trusted(path, trustee));
  auto copied = sealed_copy(file, expected);
  if (!copied) {
    Error error = std::move(copied).error();
    error.subject = path.string();
    return error;
  }
  Descriptor copy = std::move(copied).value();
  Unowned unowned;
  const sr_plugin_entry* entry = nullptr;
  try {
    unowned.library.load(path_of(copy), boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
    if (unowned.library.has(SR_ENTRY_SYMBOL)) entry = &unowned.library.get<const sr_plugin_entry>(SR_ENTRY_SYMBOL);
  } catch (const std::exception&) {
    return make_error(ErrorCode::plugin_unavailable, "the plugin's library cannot be loaded", path.string());
  }
  // The dynamic loader knows a library by the path it came from. The descriptor stays open as long as the library is
  // loaded, so that no other plugin can ever come from the same number.
  (void)copy.release();
  auto info = read_entry(entry);
  if (!info) {
    Error error = std::move(info).error();
    error.subject = path.string();
    return error;
  }
  return std::shared_ptr<const InProcessPlugin>(new InProcessPlugin(entry, std::move(info).value()));
}

}  // namespace strongroom::plugin_host
