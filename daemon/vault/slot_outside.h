// The slots whose key is kept outside of the vault.
//
// Keychain. Any process of the session may read an item of the desktop's keychain, so that it alone opens nothing:
//
//   item       = 32 random bytes, of which the keychain keeps the 64 hex digits
//   local key  = the 32 random bytes of <state>/vault.keychain (0400)
//   slot key   = derive(item, "SRM/keychain/v1", {local key, store id, slot id}, 32)
//
// Credential. What the service manager hands to this service alone (systemd.exec(5), LoadCredentialEncrypted=):
//
//   slot key   = derive(BLAKE2b-256 of the credential, "SRM/credential/v1", {store id, slot id}, 32)
//
// Parameters of both: none.
#pragma once

#include <filesystem>

#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>

#include "daemon/vault/header.h"
#include "daemon/vault/key_arena.h"
#include "daemon/vault/types.h"

namespace strongroom::vault {

// How the keychain knows the item of a slot.
std::string keychain_account(const StoreId& store, const SlotId& slot);

// Made when it is missing, where `make` says so. Errors: wrong_credential (missing), untrusted, corrupt, storage
// errors.
enum class WhenMissing : std::uint8_t { make, fail };
Result<Key> local_keychain_key(KeyArena& arena, const std::filesystem::path& state, WhenMissing when);
Status remove_local_keychain_key(const std::filesystem::path& state);

// Error: wrong_credential (the item is none of ours).
Result<Key> keychain_slot_key(KeyArena& arena, const Secret& item, BytesView local, const StoreId& store,
                              const SlotId& slot);

// What the keychain is given for a new slot.
Secret new_keychain_item();

Result<Key> credential_slot_key(KeyArena& arena, const Secret& credential, const StoreId& store, const SlotId& slot);

}  // namespace strongroom::vault
