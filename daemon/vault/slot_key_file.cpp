#include "daemon/vault/slot_key_file.h"

#include <sodium.h>

#include <strongroom/base/secret.h>

#include <strongroom/base/derive.h>
#include "daemon/vault/private_file.h"

namespace strongroom::vault {
namespace {

constexpr std::string_view k_application = "io.strongroom.machine-binding.v1";
static_assert(k_application.size() == 32);

constexpr std::size_t k_check_size = 16;

std::filesystem::path place(const std::filesystem::path& state) {
  return state / "vault.key";
}

Error no_way(const std::string& why) {
  return make_error(ErrorCode::wrong_credential, why + "; unlock with the recovery code or a passphrase");
}

}  // namespace

Bytes application_id(BytesView machine_id) {
  if (machine_id.empty()) return {};
  Bytes id(32);
  derive(as_bytes(k_application), "SRM/machine-id/v1", {machine_id}, id);
  return id;
}

Result<Key> read_key_file(KeyArena& arena, const std::filesystem::path& state) {
  STRONGROOM_ASSIGN(Key key, arena.take(k_key_size));
  auto size = read_private_file(place(state), key.writable());
  if (!size && size.error().code == ErrorCode::not_found) return no_way("the key file vault.key is missing");
  if (!size) return std::move(size).error();
  if (*size != k_key_size)
    return make_error(ErrorCode::corrupt, "the key file vault.key is damaged; unlock with the recovery code",
                      "vault.key");
  return key;
}

Result<NextKeyFile> prepare_key_file(KeyArena& arena, const std::filesystem::path& state) {
  STRONGROOM_ASSIGN(Key key, arena.take(k_key_size));
  randombytes_buf(key.writable().data(), k_key_size);
  STRONGROOM_ASSIGN(PendingFile pending, PendingFile::write(place(state), key.view(), 0400));
  return NextKeyFile{std::move(key), std::move(pending)};
}

Result<Key> create_key_file(KeyArena& arena, const std::filesystem::path& state) {
  STRONGROOM_ASSIGN(NextKeyFile next, prepare_key_file(arena, state));
  STRONGROOM_CHECK(next.file.create());
  if (auto synced = sync_folder(state); !synced) {
    (void)remove_key_file(state);
    return std::move(synced).error();
  }
  return std::move(next.key);
}

Status remove_key_file(const std::filesystem::path& state) {
  return remove_file(place(state));
}

Bytes key_file_parameters(BytesView file_key, const StoreId& store, const SlotId& slot) {
  Bytes check(k_check_size);
  derive(file_key, "SRM/key-file-check/v1", {store, slot}, check);
  return check;
}

Result<Key> key_file_slot_key(KeyArena& arena, BytesView file_key, BytesView application_id) {
  if (application_id.empty()) return no_way("this machine has no machine id, which the key file needs");
  STRONGROOM_ASSIGN(Key key, arena.take(k_key_size));
  derive(file_key, "SRM/machine", {application_id}, key.writable());
  return key;
}

Error key_file_mismatch(BytesView file_key, const StoreId& store, const Slot& slot) {
  const Bytes check = key_file_parameters(file_key, store, slot.id);
  if (!equal_in_constant_time(check, slot.parameters)) return no_way("the key file vault.key belongs to another store");
  return no_way("the machine id has changed since the key file was made");
}

}  // namespace strongroom::vault
