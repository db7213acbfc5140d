#include "tests/contract/plugin_files.h"

#include <sodium.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>

namespace strongroom::testing {

using plugin_host::InProcessPlugin;

plugin_host::Sha256 digest_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  plugin_host::Sha256 out{};
  crypto_hash_sha256(out.data(), as_bytes(bytes).data(), bytes.size());
  return out;
}

std::filesystem::path hello_plugin_file() {
  return STRONGROOM_HELLO_STORAGE;
}

namespace {

Result<std::shared_ptr<const InProcessPlugin>> load(std::string_view name) {
  if (name == "hello") return InProcessPlugin::load(hello_plugin_file(), digest_of(hello_plugin_file()));
  STRONGROOM_ASSIGN(const auto folder, plugin_host::builtin_plugin_folder());
  for (const auto& plugin : plugin_host::builtin_plugins())
    if (plugin.name == name) return InProcessPlugin::load(folder / plugin.file, plugin.sha256);
  return make_error(ErrorCode::not_found, "there is no such plugin");
}

}  // namespace

Result<std::unique_ptr<plugin_host::StorageV1>> open_storage(std::string_view name,
                                                             const std::filesystem::path& folder) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const InProcessPlugin>, std::less<>> loaded;
  const std::lock_guard lock(mutex);
  auto found = loaded.find(name);
  if (found == loaded.end()) {
    STRONGROOM_ASSIGN(auto plugin, load(name));
    found = loaded.emplace(name, std::move(plugin)).first;
  }
  return plugin_host::StorageV1::open(found->second->extension(SR_STORAGE_V1_ID), found->second,
                                      {{"folder", folder.string()}}, {});
}

}  // namespace strongroom::testing
