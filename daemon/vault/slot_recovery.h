// The recovery slot: 160 random bits that a person keeps on paper.
//
// The code is 32 characters of Crockford's base32 (crockford.com/base32.html; five bits each, most significant first)
// for the 20 bytes, then 3 characters for a 15-bit check, in seven groups of five with hyphens:
//
//   check    = first two bytes, little-endian, of BLAKE2b-256 over the length-prefixed label "SRM/recovery-check/v1"
//   and
//              the 20 bytes, without its top bit
//   slot key = derive(the 20 bytes, "SRM/recovery/v1", {store id, slot id}, 32)
//
// Parameters: none. 160 bits need no slow derivation.
#pragma once

#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>

#include "daemon/vault/header.h"
#include "daemon/vault/key_arena.h"
#include "daemon/vault/types.h"

namespace strongroom::vault {

inline constexpr std::size_t k_recovery_size = 20;       // bytes
inline constexpr std::size_t k_recovery_text_size = 41;  // characters with hyphens

// 20 fresh random bytes.
Result<Key> make_recovery_code(KeyArena& arena);

// The code as people see it.
Secret recovery_text(BytesView code);

// Reads a code as people type it: either case, spaces and hyphens anywhere, O for 0, I and L for 1. Error:
// invalid_argument (a wrong character, length or check; the message says that it is mistyped).
Result<Key> parse_recovery_code(KeyArena& arena, const Secret& text);

Result<Key> recovery_slot_key(KeyArena& arena, BytesView code, const StoreId& store, const SlotId& slot);

}  // namespace strongroom::vault
