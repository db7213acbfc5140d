#include "daemon/secrets/layout.h"

#include <algorithm>

namespace strongroom::secrets {

Result<vault::Digest> lookup_of(const vault::Vault& vault, std::string_view path) {
  const BytesView parts[] = {as_bytes(k_namespace), as_bytes(path)};
  return vault.keyed_hash(vault::SystemKey::lookup, "SRM/lookup/v1", parts);
}

Result<vault::Digest> parent_key_of(const vault::Vault& vault, std::string_view folder) {
  const BytesView parts[] = {as_bytes(k_namespace), as_bytes(folder)};
  return vault.keyed_hash(vault::SystemKey::lookup, "SRM/parent/v1", parts);
}

EntryKey entry_key(const vault::Digest& parent, const vault::Digest& lookup, EntryKind kind) noexcept {
  EntryKey key;
  auto at = std::copy(parent.begin(), parent.end(), key.begin());
  at = std::copy(lookup.begin(), lookup.end(), at);
  *at = static_cast<Byte>(kind);
  return key;
}

// The number is big-endian so that versions of a secret lie in order.
VersionKey version_key(const SecretId& id, std::uint64_t number) noexcept {
  VersionKey key;
  auto at = std::copy(id.begin(), id.end(), key.begin());
  for (int shift = 56; shift >= 0; shift -= 8) *at++ = static_cast<Byte>(number >> shift);
  return key;
}

Result<vault::Digest> released_proof(const vault::Vault& vault, const Place& place) {
  const Byte tier[] = {static_cast<Byte>(place.tier)};
  const BytesView parts[] = {tier, place.id};
  return vault.keyed_hash(vault::SystemKey::lookup, "SRM/released/v1", parts);
}

vault::ItemContext head_context(const vault::Digest& lookup, const vault::Digest& parent,
                                std::uint64_t version) noexcept {
  return {.kind = "head",
          .name_space = k_namespace,
          .table = "heads",
          .row = lookup,
          .parent = parent,
          .version = version,
          .owner = {},
          .schema = 1};
}

vault::ItemContext version_context(const VersionKey& key, std::uint64_t number) noexcept {
  return {.kind = "version",
          .name_space = k_namespace,
          .table = "versions",
          .row = key,
          .parent = {},
          .version = number,
          .owner = {},
          .schema = 1};
}

vault::ItemContext entry_context(const EntryKey& key) noexcept {
  return {.kind = "entry",
          .name_space = k_namespace,
          .table = "entries",
          .row = key,
          .parent = {},
          .version = 1,
          .owner = {},
          .schema = 1};
}

}  // namespace strongroom::secrets
