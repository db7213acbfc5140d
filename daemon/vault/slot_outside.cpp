#include "daemon/vault/slot_outside.h"

#include <sodium.h>

#include <strongroom/base/derive.h>
#include "daemon/vault/private_file.h"

namespace strongroom::vault {
namespace {

std::filesystem::path place(const std::filesystem::path& state) {
  return state / "vault.keychain";
}

Result<Key> make_local_key(KeyArena& arena, const std::filesystem::path& state) {
  STRONGROOM_ASSIGN(Key key, arena.take(k_key_size));
  randombytes_buf(key.writable().data(), k_key_size);
  STRONGROOM_ASSIGN(PendingFile pending, PendingFile::write(place(state), key.view(), 0400));
  STRONGROOM_CHECK(pending.create());
  STRONGROOM_CHECK(sync_folder(state));
  return key;
}

}  // namespace

std::string keychain_account(const StoreId& store, const SlotId& slot) {
  return to_hex(store) + "-" + to_hex(slot);
}

Result<Key> local_keychain_key(KeyArena& arena, const std::filesystem::path& state, WhenMissing when) {
  STRONGROOM_ASSIGN(Key key, arena.take(k_key_size));
  auto size = read_private_file(place(state), key.writable());
  if (!size && size.error().code == ErrorCode::not_found) {
    if (when == WhenMissing::make) return make_local_key(arena, state);
    return make_error(ErrorCode::wrong_credential,
                      "the file vault.keychain is missing, which belongs to the keychain's key");
  }
  if (!size) return std::move(size).error();
  if (*size != k_key_size)
    return make_error(ErrorCode::corrupt, "the file vault.keychain is damaged", "vault.keychain");
  return key;
}

Status remove_local_keychain_key(const std::filesystem::path& state) {
  return remove_file(place(state));
}

Secret new_keychain_item() {
  Secret bytes = Secret::of_size(k_key_size);
  randombytes_buf(bytes.writable().data(), bytes.size());
  Secret hex = Secret::of_size(2 * k_key_size + 1);
  sodium_bin2hex(reinterpret_cast<char*>(hex.writable().data()), hex.size(), bytes.reveal(RevealReason::derive).data(),
                 bytes.size());
  hex.truncate(2 * k_key_size);
  return hex;
}

Result<Key> keychain_slot_key(KeyArena& arena, const Secret& item, BytesView local, const StoreId& store,
                              const SlotId& slot) {
  Secret bytes = Secret::of_size(k_key_size);
  const std::string_view hex = item.reveal_text(RevealReason::derive);
  std::size_t size = 0;
  if (hex.size() != 2 * k_key_size ||
      sodium_hex2bin(bytes.writable().data(), bytes.size(), hex.data(), hex.size(), nullptr, &size, nullptr) != 0 ||
      size != k_key_size)
    return make_error(ErrorCode::wrong_credential, "what the keychain has for this store is no key of Strongroom");
  STRONGROOM_ASSIGN(Key key, arena.take(k_key_size));
  derive(bytes.reveal(RevealReason::derive), "SRM/keychain/v1", {local, store, slot}, key.writable());
  return key;
}

Result<Key> credential_slot_key(KeyArena& arena, const Secret& credential, const StoreId& store, const SlotId& slot) {
  Secret hash = Secret::of_size(k_key_size);
  const BytesView bytes = credential.reveal(RevealReason::derive);
  crypto_generichash(hash.writable().data(), hash.size(), bytes.data(), bytes.size(), nullptr, 0);
  STRONGROOM_ASSIGN(Key key, arena.take(k_key_size));
  derive(hash.reveal(RevealReason::derive), "SRM/credential/v1", {store, slot}, key.writable());
  return key;
}

}  // namespace strongroom::vault
