// Where the parts of a secret lie in storage, and the names they are sealed under (docs/format.md, "Rows").
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

#include "daemon/secrets/secret.h"
#include "daemon/store/storage.h"
#include "daemon/vault/vault.h"

namespace strongroom::secrets {

inline constexpr std::uint32_t k_heads = 1;     // lookup -> head item, current version item when small
inline constexpr std::uint32_t k_versions = 2;  // secret id, number -> version item
inline constexpr std::uint32_t k_entries = 3;   // parent, lookup, kind -> nothing (secret) or entry item (folder)
// 4 is the store's own (lifecycle/store_identity.h).
inline constexpr std::uint32_t k_plain = 5;     // secret id, number -> fields as they are; development mode
inline constexpr std::uint32_t k_released = 6;  // body id -> tier, proof: is to be erased where it is kept
inline constexpr std::uint32_t k_apart = 7;     // one key -> nothing: some version lies, or lay, outside of the store

inline constexpr std::string_view k_namespace = "default";
// A current version whose item is at most this long lies beside its head, so that a get is one row.
inline constexpr std::size_t k_inline_version = 4096;

enum class EntryKind : Byte { secret = 1, folder = 2 };

using EntryKey = std::array<Byte, 65>;
using VersionKey = std::array<Byte, 24>;

// The keyed hashes that stand for names. Error: locked.
Result<vault::Digest> lookup_of(const vault::Vault& vault, std::string_view path);
Result<vault::Digest> parent_key_of(const vault::Vault& vault, std::string_view folder);

EntryKey entry_key(const vault::Digest& parent, const vault::Digest& lookup, EntryKind kind) noexcept;
VersionKey version_key(const SecretId& id, std::uint64_t number) noexcept;

// What shows that a row of k_released was written by this store. Error: locked.
Result<vault::Digest> released_proof(const vault::Vault& vault, const Place& place);

// Associated data of each kind of item. The views must outlive the context.
vault::ItemContext head_context(const vault::Digest& lookup, const vault::Digest& parent,
                                std::uint64_t version) noexcept;
vault::ItemContext version_context(const VersionKey& key, std::uint64_t number) noexcept;
vault::ItemContext entry_context(const EntryKey& key) noexcept;

}  // namespace strongroom::secrets
