// The key-file slot: opens without a person, on this machine only.
//
//   file key            = the 32 random bytes of <state>/vault.key (0400)
//   application id      = derive(key "io.strongroom.machine-binding.v1", "SRM/machine-id/v1", {machine id}, 32)
//   slot key            = derive(file key, "SRM/machine", {application id}, 32)
//   parameters (16 B)   = derive(file key, "SRM/key-file-check/v1", {store id, slot id}, 16): tells a wrong key file
//   from a
//                         changed machine id, and nothing else
//
// It protects copies of the data folder, not the disk on which the key file lies.
#pragma once

#include <filesystem>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

#include "daemon/vault/header.h"
#include "daemon/vault/key_arena.h"
#include "daemon/vault/private_file.h"
#include "daemon/vault/types.h"

namespace strongroom::vault {

// The application-specific form of a machine id, so that the machine's own never enters a key as it is (the idea of
// sd_id128_get_machine_app_specific(3)). Empty when `machine_id` is.
Bytes application_id(BytesView machine_id);

// The file key. Errors: wrong_credential (missing), untrusted, corrupt (not 32 bytes), storage_failed.
Result<Key> read_key_file(KeyArena& arena, const std::filesystem::path& state);

// Makes the file with a fresh key, durably. Errors: conflict (there is one), storage_full, read_only, storage_failed.
Result<Key> create_key_file(KeyArena& arena, const std::filesystem::path& state);

// A fresh key on the disk beside the place of the key file, which it takes with replace(). Errors as above.
struct NextKeyFile {
  Key key;
  PendingFile file;
};

Result<NextKeyFile> prepare_key_file(KeyArena& arena, const std::filesystem::path& state);

// Removes it, durably.
Status remove_key_file(const std::filesystem::path& state);

Bytes key_file_parameters(BytesView file_key, const StoreId& store, const SlotId& slot);

// Error: wrong_credential (the machine has no id).
Result<Key> key_file_slot_key(KeyArena& arena, BytesView file_key, BytesView application_id);

// Why a slot does not open with this file key: wrong_credential, with what has changed and the way out.
Error key_file_mismatch(BytesView file_key, const StoreId& store, const Slot& slot);

}  // namespace strongroom::vault
