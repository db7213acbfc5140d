#include "daemon/vault/key_ring.h"

#include <algorithm>
#include <utility>

namespace strongroom::vault {

Result<KeyRing> KeyRing::open(KeyArena& arena, const Header& header, Key root) {
  KeyRing ring;
  STRONGROOM_ASSIGN(Key wrapping, arena.take(k_key_size));
  derive_ring_wrap_key(header, root.view(), wrapping.writable());
  for (const RingEntry& entry : header.ring) {
    STRONGROOM_ASSIGN(Key key, arena.take(k_key_size));
    const AssociatedData binding = ring_binding(header.store_id, entry, header.root_epoch);
    if (!unwrap(wrapping.view(), binding.view(), entry.wrapped, key.writable()))
      return make_error(ErrorCode::tampered, "a key of the vault does not open");
    ring.adopt(entry, std::move(key));
  }
  ring.root_ = std::move(root);
  return ring;
}

BytesView KeyRing::kek(std::string_view name_space, std::uint32_t version) const noexcept {
  for (const Held& held : keys_)
    if (held.kind == RingKind::kek && held.version == version && held.name == name_space) return held.key.view();
  return {};
}

KeyRing::Kek KeyRing::current_kek(std::string_view name_space) const noexcept {
  Kek newest;
  for (const Held& held : keys_)
    if (held.kind == RingKind::kek && held.version > newest.version && held.name == name_space)
      newest = {held.key.view(), held.version};
  return newest;
}

BytesView KeyRing::system_key(SystemKey number) const noexcept {
  const Held* newest = nullptr;
  for (const Held& held : keys_)
    if (held.kind == RingKind::system && held.number == static_cast<std::uint16_t>(number) &&
        (!newest || held.version > newest->version))
      newest = &held;
  return newest ? newest->key.view() : BytesView{};
}

Result<Key> KeyRing::make(KeyArena& arena, const Header& header, BytesView root, RingEntry& entry) {
  STRONGROOM_ASSIGN(Key wrapping, arena.take(k_key_size));
  derive_ring_wrap_key(header, root, wrapping.writable());
  STRONGROOM_ASSIGN(Key key, arena.take(k_key_size));
  const AssociatedData binding = ring_binding(header.store_id, entry, header.root_epoch);
  wrap_new(wrapping.view(), binding.view(), key.writable(), entry.wrapped);
  return key;
}

Status KeyRing::wrap_for(KeyArena& arena, Header& header, BytesView root) const {
  STRONGROOM_ASSIGN(Key wrapping, arena.take(k_key_size));
  derive_ring_wrap_key(header, root, wrapping.writable());
  for (RingEntry& entry : header.ring) {
    const auto held = std::ranges::find_if(keys_, [&](const Held& one) {
      return one.kind == entry.kind && one.number == entry.number && one.version == entry.version &&
             one.name == entry.name;
    });
    if (held == keys_.end()) return make_error(ErrorCode::corrupt, "the vault lacks a key that its header names");
    const AssociatedData binding = ring_binding(header.store_id, entry, header.root_epoch);
    wrap(wrapping.view(), binding.view(), held->key.view(), entry.wrapped);
  }
  return {};
}

void KeyRing::forget_keks_before(std::string_view name_space, std::uint32_t version) noexcept {
  std::erase_if(keys_, [&](const Held& held) {
    return held.kind == RingKind::kek && held.name == name_space && held.version < version;
  });
}

void KeyRing::adopt(const RingEntry& entry, Key key) {
  keys_.push_back({entry.kind, entry.name, entry.number, entry.version, std::move(key)});
}

}  // namespace strongroom::vault
