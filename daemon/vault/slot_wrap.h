// How a slot holds the root key.
//
// While the slot's key is at hand (when it is added) the root key is wrapped under it. A new root key comes while the
// slots' owners are away: then it is sealed to the slot's public half, so that neither the old root key nor an old
// header helps to open it.
//
//   secret half   = derive(slot key, "SRM/slot-exchange/v1", {store id, slot id}, 32)
//   public half   = X25519(secret half, base point)                                    (RFC 7748)
//   sealing       : e = 32 random bytes, ephemeral = X25519(e, base point)
//   sealing key   = derive(X25519(e, public half), "SRM/slot-seal/v1", {ephemeral, public half}, 32)
//
// The root key lies in wrap.h's form under the slot key (ephemeral all zero) or the sealing key, bound to
// slot_binding().
#pragma once

#include <strongroom/base/result.h>

#include "daemon/vault/header.h"
#include "daemon/vault/key_arena.h"

namespace strongroom::vault {

// Fills the public half and wraps `root` (32 bytes) under the slot key. Error: too_large (the arena is full).
Status wrap_root(KeyArena& arena, const StoreId& store, std::uint64_t epoch, BytesView slot_key, BytesView root,
                 Slot& slot);

// Without the slot key. Errors: conflict (the slot has no public half; the subject is its id), too_large.
Status seal_root(KeyArena& arena, const StoreId& store, std::uint64_t epoch, BytesView root, Slot& slot);

// The root key. Errors: wrong_credential (it does not open with this slot key), too_large.
Result<Key> open_root(KeyArena& arena, const StoreId& store, std::uint64_t epoch, BytesView slot_key, const Slot& slot);

}  // namespace strongroom::vault
