// The plain types of the vault that its parts share. What they mean is said in vault.h and docs/format.md.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <strongroom/base/bytes.h>

namespace strongroom::vault {

using StoreId = std::array<Byte, 16>;
using Digest = std::array<Byte, 32>;

inline constexpr std::size_t k_key_size = 32;

enum class State : std::uint8_t { uninitialized, locked, unlocked };
enum class SlotType : std::uint8_t {
  passphrase = 1,
  key_file = 2,
  recovery = 3,
  keychain = 4,
  credential = 5,
  shares = 6
};

// Whether a slot of this type opens without a person.
constexpr bool is_unattended(SlotType type) noexcept {
  return type == SlotType::key_file || type == SlotType::keychain || type == SlotType::credential;
}

std::string_view name_of(SlotType type) noexcept;

// Numbers are stored.
enum class SystemKey : std::uint16_t { lookup = 1, accumulator = 2, audit_identity = 3, audit_opening = 4 };

// Whether what was written from now on must be closed to who holds an older header and what opened it.
enum class Revoke : std::uint8_t { no, yes };

// A key of the ring, or the root key.
struct KeyInfo {
  enum class Kind : std::uint8_t { root, name_space, system };

  Kind kind{};
  std::string name;  // the name space, or what the system key is for; empty for the root key
  std::uint64_t version = 0;
  std::int64_t created_ms = 0;  // 0: not known
  bool current = true;          // false: only what has not been wrapped anew is under it
};

struct SlotInfo {
  std::string id;  // 16 hex digits
  SlotType type{};
  std::string label;  // printable UTF-8, also while the header is not yet authenticated
  std::int64_t created_ms = 0;
  bool unattended = false;  // opens without a person
};

// What is told to whoever cares how the header was found.
struct HeaderReport {
  std::uint64_t generation = 0;
  std::uint64_t root_epoch = 0;
  std::string problem;  // empty, or one sentence: a copy was damaged and has been restored from the other, ...
};

// What names a sealed item. All of it is associated data, length-prefixed, none optional, so that an item opens only
// where it was sealed. `row` and `parent` are keys of storage; `version` is the row's version.
struct ItemContext {
  std::string_view kind;        // "head", "version", "entry", "meta"; at most 32 bytes
  std::string_view name_space;  // "default"; at most 64 bytes
  std::string_view table;       // the collection's name; at most 64 bytes
  BytesView row;                // at most 256 bytes
  BytesView parent;             // empty where there is none; at most 256 bytes
  std::uint64_t version = 0;
  BytesView owner;  // empty: system; at most 64 bytes
  std::uint32_t schema = 1;
};

struct Places {
  std::filesystem::path data;   // header copies: <data>/vault.a, <data>/vault.b, and the `locked` mark
  std::filesystem::path state;  // key file: <state>/vault.key (0400)
};

// Cost of Argon2id (RFC 9106). Floor and ceiling: research, section 2.1; the ceiling keeps a forged header from
// exhausting memory and time, the floor keeps it from weakening a passphrase.
struct KdfCost {
  std::uint64_t memory_bytes = 256ull << 20;
  std::uint32_t passes = 3;
};

inline constexpr KdfCost k_kdf_floor{64ull << 20, 3};
inline constexpr KdfCost k_kdf_ceiling{1ull << 30, 10};

constexpr bool within(const KdfCost& cost, const KdfCost& floor, const KdfCost& ceiling) noexcept {
  return cost.memory_bytes >= floor.memory_bytes && cost.passes >= floor.passes &&
         cost.memory_bytes <= ceiling.memory_bytes && cost.passes <= ceiling.passes;
}

}  // namespace strongroom::vault
