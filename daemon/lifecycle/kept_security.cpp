#include "daemon/lifecycle/kept_security.h"

#include <strongroom/protocol/codec.h>

#include "daemon/vault/private_file.h"

namespace strongroom::lifecycle {

namespace {

constexpr const char* k_name = "security.json";
constexpr std::size_t k_longest = 1024;

}  // namespace

std::optional<KeptSecurity> read_kept_security(const std::filesystem::path& state) {
  Bytes text(k_longest);
  const auto size = vault::read_private_file(state / k_name, text);
  if (!size) return std::nullopt;
  protocol::JsonDocument document;
  KeptSecurity kept;
  if (!document.parse(as_text(BytesView(text).first(*size))) || !protocol::decode(document.root(), kept))
    return std::nullopt;
  return kept;
}

Status keep_security(const std::filesystem::path& state, const KeptSecurity& security) {
  WipedString text(wiped_heap());
  protocol::JsonWriter writer(text);
  protocol::encode(security, writer);
  text.push_back('\n');
  STRONGROOM_ASSIGN(auto pending, vault::PendingFile::write(state / k_name, as_bytes(text), 0600));
  return pending.replace();
}

}  // namespace strongroom::lifecycle
