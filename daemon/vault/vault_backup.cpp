// The keys of a store on their way into a backup and out of it.
#include <algorithm>
#include <utility>

#include <strongroom/base/wiped_memory.h>

#include "daemon/vault/leftovers.h"
#include "daemon/vault/slot_wrap.h"
#include "daemon/vault/vault_impl.h"

namespace strongroom::vault {

Result<Vault::BackupKeys> Vault::backup_keys() const {
  STRONGROOM_ASSIGN(Key root, impl_->arena.take(k_key_size));
  const std::shared_lock guard(impl_->mutex);
  STRONGROOM_CHECK(impl_->check_unlocked());
  std::ranges::copy(impl_->ring.root(), root.writable().begin());
  return BackupKeys{impl_->copies.readable.front().bytes, impl_->header().generation, std::move(root)};
}

// Fresh versions of the keys that belong to one log.
Status Vault::Impl::renew_log_keys(Header& header, BytesView root) const {
  for (const SystemKey key : {SystemKey::audit_identity, SystemKey::audit_opening}) {
    RingEntry entry{RingKind::system, "", static_cast<std::uint16_t>(key), 1, clock.now_ms(), {}};
    for (const RingEntry& old : header.ring)
      if (old.kind == RingKind::system && old.number == entry.number)
        entry.version = std::max(entry.version, old.version + 1);
    if (header.ring.size() >= k_max_ring_keys) return make_error(ErrorCode::too_large, "the key ring is full");
    STRONGROOM_CHECK(KeyRing::make(arena, header, root, entry));
    header.ring.push_back(std::move(entry));
  }
  return {};
}

Result<std::optional<Secret>> Vault::restore(BytesView bytes, BytesView root, CreateOptions options) {
  Impl& v = *impl_;
  const std::lock_guard one(v.change);
  if (v.state != State::uninitialized || header_exists(v.places.data))
    return make_error(ErrorCode::already_initialized, "there is a store already");
  STRONGROOM_ASSIGN(Header header, parse_header(bytes));
  if (root.size() != k_key_size || !header_is_authentic(header, bytes, root))
    return make_error(ErrorCode::tampered, "the root key of the backup does not belong to its header");
  std::erase_if(header.slots, [](const Slot& slot) { return is_unattended(slot.type); });
  ++header.generation;
  Leftovers leftovers(v.places);
  STRONGROOM_ASSIGN(Impl::NewSlots made, v.new_slots(options, header.store_id));
  for (Impl::NewSlot& each : made.slots) {
    leftovers.key_file = leftovers.key_file || each.made_key_file;
    STRONGROOM_CHECK(wrap_root(v.arena, header.store_id, header.root_epoch, each.key.view(), root, each.slot));
    header.slots.push_back(std::move(each.slot));
  }
  if (header.slots.empty() || header.slots.size() > k_max_slots)
    return make_error(ErrorCode::invalid_argument, "a store needs at least one way to unlock it, and at most 32");
  STRONGROOM_CHECK(v.renew_log_keys(header, root));
  STRONGROOM_ASSIGN(Key own_root, v.arena.take(k_key_size));
  std::ranges::copy(root, own_root.writable().begin());
  Bytes encoded = encode_header(header, root);
  STRONGROOM_ASSIGN(KeyRing ring, KeyRing::open(v.arena, header, std::move(own_root)));
  leftovers.headers = true;
  STRONGROOM_ASSIGN(const std::string problem, write_header_copies(v.places.data, encoded));
  leftovers.headers = leftovers.key_file = false;
  v.begin_with(std::move(encoded), std::move(header), std::move(ring), problem);
  return std::move(made.code);
}

}  // namespace strongroom::vault
