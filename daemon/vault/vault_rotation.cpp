// New keys for old ones: the root key, the KEKs.
#include <sodium.h>

#include <algorithm>
#include <map>
#include <utility>

#include <strongroom/base/wiped_memory.h>

#include "daemon/vault/envelope.h"
#include "daemon/vault/slot_wrap.h"
#include "daemon/vault/vault_impl.h"

namespace strongroom::vault {
namespace {

constexpr std::string_view k_system_names[] = {"lookup", "accumulator", "audit identity", "audit opening"};

// Of each name space.
std::map<std::string, std::uint32_t> newest_keks(const Header& header) {
  std::map<std::string, std::uint32_t> newest;
  for (const RingEntry& entry : header.ring)
    if (entry.kind == RingKind::kek) newest[entry.name] = std::max(newest[entry.name], entry.version);
  return newest;
}

bool is_old(const RingEntry& entry, const std::map<std::string, std::uint32_t>& newest) {
  return entry.kind == RingKind::kek && entry.version < newest.at(entry.name);
}

KeyInfo info_of(const RingEntry& entry, const std::map<std::string, std::uint32_t>& newest) {
  if (entry.kind == RingKind::kek)
    return {KeyInfo::Kind::name_space, entry.name, entry.version, entry.created_ms, !is_old(entry, newest)};
  const auto number = static_cast<std::size_t>(entry.number) - 1;
  const std::string name =
      number < std::size(k_system_names) ? std::string(k_system_names[number]) : std::to_string(entry.number);
  return {KeyInfo::Kind::system, name, entry.version, entry.created_ms, true};
}

Error ring_is_full() {
  return make_error(ErrorCode::too_large, "the key ring is full");
}

}  // namespace

Result<std::vector<KeyInfo>> Vault::keys() const {
  const std::shared_lock guard(impl_->mutex);
  STRONGROOM_CHECK(impl_->check_unlocked());
  const Header& header = impl_->header();
  std::vector<KeyInfo> all{{KeyInfo::Kind::root, "", header.root_epoch, header.root_created_ms, true}};
  const auto newest = newest_keks(header);
  for (const RingEntry& entry : header.ring) all.push_back(info_of(entry, newest));
  return all;
}

// `added`: entries that are not in the ring yet, made under the new root key.
Status Vault::Impl::commit_with_new_root(Header next, std::span<const RingEntry> added) {
  STRONGROOM_ASSIGN(Key root, arena.take(k_key_size));
  randombytes_buf(root.writable().data(), k_key_size);
  ++next.root_epoch;
  next.root_created_ms = clock.now_ms();
  for (Slot& slot : next.slots) STRONGROOM_CHECK(seal_root(arena, next.store_id, next.root_epoch, root.view(), slot));
  std::vector<Key> fresh;
  Bytes bytes;
  {
    const std::shared_lock guard(mutex);
    STRONGROOM_CHECK(check_unlocked());
    STRONGROOM_CHECK(ring.wrap_for(arena, next, root.view()));
    for (RingEntry entry : added) {
      if (next.ring.size() >= k_max_ring_keys) return ring_is_full();
      STRONGROOM_ASSIGN(Key key, KeyRing::make(arena, next, root.view(), entry));
      fresh.push_back(std::move(key));
      next.ring.push_back(std::move(entry));
    }
    next.generation = ++last_generation;
    bytes = encode_header(next, root.view());
  }
  STRONGROOM_ASSIGN(const std::string problem, write_header_copies(places.data, bytes));
  const std::unique_lock guard(mutex);
  put_in_force(std::move(bytes), std::move(next), problem);
  // A lock may have come in between: then no key may stay.
  if (state == State::unlocked) {
    ring.adopt_root(std::move(root));
    for (std::size_t i = 0; i < added.size(); ++i) ring.adopt(added[i], std::move(fresh[i]));
  }
  wipe_stack_below();
  return {};
}

Status Vault::Impl::commit_with_new_keys(Header next) {
  std::vector<RingEntry> added;
  for (const auto& [name, version] : newest_keks(next))
    added.push_back({RingKind::kek, name, 0, version + 1, clock.now_ms(), {}});
  return commit_with_new_root(std::move(next), added);
}

Status Vault::rotate_root() {
  const std::lock_guard one(impl_->change);
  STRONGROOM_CHECK(impl_->check_unlocked());
  return impl_->commit_with_new_root(impl_->header(), {});
}

Status Vault::rotate_kek(std::string_view name_space) {
  const std::lock_guard one(impl_->change);
  STRONGROOM_CHECK(impl_->check_unlocked());
  Header next = impl_->header();
  const auto newest = newest_keks(next);
  const auto found = newest.find(std::string(name_space));
  if (found == newest.end()) return make_error(ErrorCode::not_found, "there is no such name space", "namespace");
  return impl_->add_key(std::move(next),
                        {RingKind::kek, found->first, 0, found->second + 1, impl_->clock.now_ms(), {}});
}

bool Vault::has_old_keks() const {
  const std::shared_lock guard(impl_->mutex);
  if (impl_->state != State::unlocked) return false;
  const auto newest = newest_keks(impl_->header());
  return std::ranges::any_of(impl_->header().ring, [&](const RingEntry& entry) { return is_old(entry, newest); });
}

Status Vault::forget_old_keks() {
  const std::lock_guard one(impl_->change);
  STRONGROOM_CHECK(impl_->check_unlocked());
  Header next = impl_->header();
  const auto newest = newest_keks(next);
  std::erase_if(next.ring, [&](const RingEntry& entry) { return is_old(entry, newest); });
  if (next.ring.size() == impl_->header().ring.size()) return {};
  STRONGROOM_CHECK(impl_->commit(std::move(next)));
  const std::unique_lock guard(impl_->mutex);
  // The last one stays in memory until the next rotation or lock, for reads whose snapshot is older than this.
  for (const auto& [name, version] : newest) impl_->ring.forget_keks_before(name, version - 1);
  return {};
}

Result<bool> Vault::rewrap(const ItemContext& context, MutableBytes item) const {
  const std::shared_lock guard(impl_->mutex);
  STRONGROOM_CHECK(impl_->check_unlocked());
  STRONGROOM_ASSIGN(const std::uint32_t version, kek_version_of(item));
  const auto current = impl_->ring.current_kek(context.name_space);
  if (version == current.version) return false;
  const BytesView old = impl_->ring.kek(context.name_space, version);
  if (old.empty()) return make_error(ErrorCode::tampered, "a sealed item names a key that the vault does not have");
  const Status done = rewrap_item(impl_->header().store_id, context, old, current.key, current.version, item);
  wipe_stack_below(k_request_stack);
  if (!done) return done.error();
  return true;
}

Result<bool> Vault::is_under_old_kek(std::string_view name_space, BytesView item) const {
  const std::shared_lock guard(impl_->mutex);
  STRONGROOM_CHECK(impl_->check_unlocked());
  STRONGROOM_ASSIGN(const std::uint32_t version, kek_version_of(item));
  const auto current = impl_->ring.current_kek(name_space);
  if (current.key.empty()) return make_error(ErrorCode::not_found, "there is no such name space");
  return version < current.version;
}

}  // namespace strongroom::vault
