#include "daemon/app/plugin_ports.h"

#include <algorithm>

#include "daemon/app/places.h"
#include "daemon/platform/sandbox_support.h"
#include "daemon/vault/private_file.h"

namespace strongroom::app {
namespace {

constexpr std::size_t k_longest_register = 4 * 1024 * 1024;

Result<std::string> read_register(const std::filesystem::path& file) {
  Bytes content(k_longest_register);
  STRONGROOM_ASSIGN(const std::size_t size, vault::read_private_file(file, content));
  return std::string(as_text(BytesView(content).first(size)));
}

Status write_file(const std::filesystem::path& file, BytesView content) {
  STRONGROOM_CHECK(prepare_folder(file.parent_path()));
  STRONGROOM_ASSIGN(auto pending, vault::PendingFile::write(file, content, 0600));
  STRONGROOM_CHECK(pending.replace());
  return vault::sync_folder(file.parent_path());
}

}  // namespace

plugin_host::Plugins::Ports plugin_ports(const vault::Vault& vault, log::Log& log, audit::Recorder& recorder) {
  return {.read = read_register,
          .write = write_file,
          .authenticate = [&vault](BytesView bytes) -> Result<plugin_host::Plugins::Digest> {
            const BytesView parts[] = {bytes};
            STRONGROOM_ASSIGN(const auto hash,
                              vault.keyed_hash(vault::SystemKey::lookup, "SRM/plugins/register/v1", parts));
            plugin_host::Plugins::Digest digest{};
            std::ranges::copy(hash, digest.begin());
            return digest;
          },
          .report = [&log](std::string_view line) { log.write(log::Level::warning, "plugins", line); },
          .masked = [&log](std::string_view line) { return log.masked(line); },
          .record = [&recorder](std::string_view action, std::string_view detail) { recorder.system(action, detail); },
          .sandbox = platform::can_confine()};
}

}  // namespace strongroom::app
