// The vault's header: slots, key ring, and the code that authenticates them. Byte layout: docs/format.md, "Header".
//
// Plain data, no files and no state. Nothing in a header is secret; nothing in it is authentic before
// header_is_authentic().
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

#include "daemon/vault/associated_data.h"
#include "daemon/vault/types.h"
#include "daemon/vault/wrap.h"

namespace strongroom::vault {

// Bounds of the parser. Two full key rings fit into the arena (KeyArena::k_slots), because an unlock of an
// unlocked vault holds two for a moment.
inline constexpr std::size_t k_max_slots = 32;
inline constexpr std::size_t k_max_ring_keys = 480;
inline constexpr std::size_t k_max_label = 64;       // bytes of UTF-8
inline constexpr std::size_t k_max_name = 64;        // bytes of a name space
inline constexpr std::size_t k_max_parameters = 64;  // bytes of a slot's parameters
inline constexpr std::size_t k_max_header = 128 * 1024;

using SlotId = std::array<Byte, 8>;
// A public key of X25519 (RFC 7748).
using ExchangeKey = std::array<Byte, 32>;

struct Slot {
  SlotId id{};
  SlotType type{};
  std::string label;
  std::int64_t created_ms = 0;
  Bytes parameters;  // of its type; see slot_*.h
  // How the root key is held: slot_wrap.h. All zero: no public half (a slot of format 1).
  ExchangeKey exchange{};
  ExchangeKey ephemeral{};  // all zero: wrapped under the slot key itself
  WrappedKey wrapped_root{};
};

enum class RingKind : std::uint8_t { kek = 1, system = 2 };

// A KEK (name: its name space, number 0) or a system key (number: SystemKey, name empty).
struct RingEntry {
  RingKind kind{};
  std::string name;
  std::uint16_t number = 0;
  std::uint32_t version = 0;
  std::int64_t created_ms = 0;  // 0: not known (format 1)
  WrappedKey wrapped{};
};

struct Header {
  StoreId store_id{};
  std::uint64_t root_epoch = 0;
  std::int64_t root_created_ms = 0;  // 0: not known (format 1)
  std::uint64_t generation = 0;
  KdfCost kdf_floor = k_kdf_floor;
  std::vector<Slot> slots;
  std::vector<RingEntry> ring;
};

// The header's bytes in the newest format, with its MAC under `root` and its checksum. `root` has 32 bytes.
Bytes encode_header(const Header& header, BytesView root);

// Errors: corrupt (checksum, bounds, duplicates), unsupported (format, suite, slot or key type unknown). A label is
// printable UTF-8, so that it may be shown before the header is authenticated.
Result<Header> parse_header(BytesView bytes);

// Whether `root` made the MAC of these bytes, which parse_header has accepted as `header`.
bool header_is_authentic(const Header& header, BytesView bytes, BytesView root) noexcept;

// What a slot's wrapped root key and a ring entry's wrapped key are bound to.
AssociatedData slot_binding(const StoreId& store, const Slot& slot, std::uint64_t root_epoch) noexcept;
AssociatedData ring_binding(const StoreId& store, const RingEntry& entry, std::uint64_t root_epoch) noexcept;

// The key (32 bytes into `out`) that wraps the ring's keys.
void derive_ring_wrap_key(const Header& header, BytesView root, MutableBytes out) noexcept;

// Whether a label may be stored: at most k_max_label bytes of valid UTF-8 without control characters.
bool label_is_valid(std::string_view label) noexcept;
// Whether a name space may be: 1 to k_max_name bytes of a-z, 0-9, '-', '_' and '.'.
bool name_space_is_valid(std::string_view name) noexcept;

}  // namespace strongroom::vault
