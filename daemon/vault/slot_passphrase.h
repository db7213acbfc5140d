// The passphrase slot: slot key = Argon2id v1.3 (RFC 9106, one lane) of the passphrase's bytes as they were given.
//
// Parameters (28 bytes): u64 memory in bytes, u32 passes, salt (16).
#pragma once

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>

#include "daemon/vault/key_arena.h"
#include "daemon/vault/types.h"

namespace strongroom::vault {

inline constexpr std::size_t k_max_passphrase = 4096;  // bytes

// invalid_argument when it is empty, too_large above k_max_passphrase.
Status check_passphrase(const Secret& passphrase);

// Parameters with a fresh salt. `cost` lies within floor and ceiling.
Bytes make_passphrase_parameters(const KdfCost& cost);

// The slot key (32 bytes). Takes a fraction of a second to seconds and cost.memory_bytes of memory, mapped for the
// call. Bounds are checked before anything is allocated. Errors: corrupt (parameters not parseable), tampered (cost
// below `floor`), unsupported (cost above k_kdf_ceiling), busy (not enough memory). Thread-safe.
Result<Key> passphrase_slot_key(KeyArena& arena, BytesView parameters, const Secret& passphrase, const KdfCost& floor);

}  // namespace strongroom::vault
