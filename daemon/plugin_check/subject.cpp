#include "daemon/plugin_check/subject.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "daemon/plugin_host/manifest.h"
#include "daemon/plugin_host/trust.h"
#include "daemon/runner/sandbox.h"

namespace strongroom::plugin_check {
namespace {

using plugin_host::Manifest;
using plugin_host::PluginType;

// Plenty for the checks: the library itself keeps more than a plugin may.
constexpr std::uint64_t k_memory_bytes = 4ull << 30;
constexpr std::uint64_t k_file_bytes = 16ull << 30;
constexpr std::uint32_t k_descriptors = 256;

Result<Manifest> read_manifest(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return make_error(ErrorCode::not_found,
                      "the manifest '" + path.string() + "' cannot be read: " + std::strerror(errno));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return plugin_host::parse_manifest(text);
}

Status compare_digest(const std::filesystem::path& library, const Manifest& manifest) {
  const platform::Descriptor file(open(library.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file)
    return make_error(ErrorCode::not_found, "'" + library.string() + "' cannot be read: " + std::strerror(errno));
  STRONGROOM_CHECK(plugin_host::sealed_copy(file, manifest.sha256));
  return {};
}

Status confine(const Manifest& manifest, const std::filesystem::path& library, const std::filesystem::path& folder) {
  runner::Permits permits{runner::library_places(), {}, {}, false, {k_memory_bytes, k_file_bytes, k_descriptors}};
  permits.readable.push_back(library.string());
  if (manifest.type == PluginType::storage) permits.kept = folder.string();
  if (manifest.has_right("scratch")) permits.writable.push_back(folder.string());
  permits.serves = manifest.has_right("listen");
  STRONGROOM_CHECK(runner::confine_process(permits));
  return {};
}

}  // namespace

Result<Plugin> read_plugin(const std::filesystem::path& library, const std::filesystem::path& manifest_file) {
  STRONGROOM_ASSIGN(const Manifest manifest, read_manifest(manifest_file));
  STRONGROOM_CHECK(compare_digest(library, manifest));
  const auto type = static_cast<plugin_tests::Type>(manifest.type);
  const std::string extension = "strongroom." + std::string(name_of(manifest.type)) + "/1";
  plugin_tests::Subject subject{.library = std::filesystem::absolute(library),
                                .type = type,
                                .id = manifest.id,
                                .rights = manifest.rights,
                                .settings = {},
                                .confine = {}};
  subject.confine = [manifest, file = subject.library](const std::filesystem::path& folder) {
    return confine(manifest, file, folder);
  };
  return Plugin{manifest.id, extension, std::move(subject)};
}

}  // namespace strongroom::plugin_check
