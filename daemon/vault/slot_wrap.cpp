#include "daemon/vault/slot_wrap.h"

#include <sodium.h>

#include <algorithm>

#include <strongroom/base/derive.h>

namespace strongroom::vault {
namespace {

static_assert(std::tuple_size_v<ExchangeKey> == crypto_scalarmult_BYTES);

bool is_absent(const ExchangeKey& key) noexcept {
  return std::ranges::all_of(key, [](Byte byte) { return byte == 0; });
}

Result<Key> secret_half(KeyArena& arena, const StoreId& store, BytesView slot_key, const Slot& slot) {
  STRONGROOM_ASSIGN(Key half, arena.take(k_key_size));
  derive(slot_key, "SRM/slot-exchange/v1", {store, slot.id}, half.writable());
  return half;
}

// From either side: e with the public half, or the secret half with the ephemeral key. Error: wrong_credential (a point
// of low order, which no honest writer makes).
Result<Key> sealing_key(KeyArena& arena, BytesView own, const ExchangeKey& other, const Slot& slot) {
  STRONGROOM_ASSIGN(Key shared, arena.take(k_key_size));
  if (crypto_scalarmult(shared.writable().data(), own.data(), other.data()) != 0)
    return make_error(ErrorCode::wrong_credential, "a slot's key exchange makes no sense");
  STRONGROOM_ASSIGN(Key key, arena.take(k_key_size));
  derive(shared.view(), "SRM/slot-seal/v1", {slot.ephemeral, slot.exchange}, key.writable());
  return key;
}

}  // namespace

Status wrap_root(KeyArena& arena, const StoreId& store, std::uint64_t epoch, BytesView slot_key, BytesView root,
                 Slot& slot) {
  STRONGROOM_ASSIGN(const Key half, secret_half(arena, store, slot_key, slot));
  crypto_scalarmult_base(slot.exchange.data(), half.view().data());
  slot.ephemeral = {};
  wrap(slot_key, slot_binding(store, slot, epoch).view(), root, slot.wrapped_root);
  return {};
}

Status seal_root(KeyArena& arena, const StoreId& store, std::uint64_t epoch, BytesView root, Slot& slot) {
  if (is_absent(slot.exchange))
    return make_error(ErrorCode::conflict,
                      "was made by an earlier version, which left nothing to seal a new root key to; "
                      "'strongroom slot rotate' makes it anew",
                      to_hex(slot.id));
  STRONGROOM_ASSIGN(Key once, arena.take(k_key_size));
  randombytes_buf(once.writable().data(), k_key_size);
  crypto_scalarmult_base(slot.ephemeral.data(), once.view().data());
  STRONGROOM_ASSIGN(const Key key, sealing_key(arena, once.view(), slot.exchange, slot));
  wrap(key.view(), slot_binding(store, slot, epoch).view(), root, slot.wrapped_root);
  return {};
}

Result<Key> open_root(KeyArena& arena, const StoreId& store, std::uint64_t epoch, BytesView slot_key,
                      const Slot& slot) {
  const AssociatedData binding = slot_binding(store, slot, epoch);
  STRONGROOM_ASSIGN(Key root, arena.take(k_key_size));
  bool opened = false;
  if (is_absent(slot.ephemeral)) {
    opened = unwrap(slot_key, binding.view(), slot.wrapped_root, root.writable());
  } else {
    STRONGROOM_ASSIGN(const Key half, secret_half(arena, store, slot_key, slot));
    STRONGROOM_ASSIGN(const Key key, sealing_key(arena, half.view(), slot.ephemeral, slot));
    opened = unwrap(key.view(), binding.view(), slot.wrapped_root, root.writable());
  }
  if (!opened) return make_error(ErrorCode::wrong_credential, "the slot does not open");
  return root;
}

}  // namespace strongroom::vault
