#include "daemon/store/version_map.h"

#include <cstring>
#include <mutex>

namespace strongroom::store {

KeyPrefix KeyPrefix::of(BytesView key) noexcept {
  KeyPrefix out;
  std::memcpy(&out.high, key.data(), sizeof out.high);
  std::memcpy(&out.low, key.data() + sizeof out.high, sizeof out.low);
  return out;
}

VersionMap::VersionMap() : shards_(std::make_unique<std::array<Shard, 64>>()) {}

VersionMap::~VersionMap() = default;

// One half of the key chooses the shard, the other the slot.
VersionMap::Shard& VersionMap::shard_of(const KeyPrefix& key) const noexcept {
  return (*shards_)[key.low % 64];
}

// The slot of the key, or the free one where it would lie.
VersionMap::Slot& VersionMap::Shard::slot_of(const KeyPrefix& key) const noexcept {
  std::size_t at = static_cast<std::size_t>(key.high % capacity);
  while (slots[at].version != 0 && slots[at].key != key) at = at + 1 == capacity ? 0 : at + 1;
  return slots[at];
}

// Grows by half, so that a large map wastes little; erased keys stay, their number is bounded by what was ever written.
void VersionMap::Shard::make_room() {
  if (capacity != 0 && used + 1 <= capacity - capacity / 10) return;
  const std::size_t old_capacity = capacity;
  const std::unique_ptr<Slot[]> old = std::move(slots);
  slots = std::make_unique<Slot[]>(old_capacity + old_capacity / 2 + 16);
  capacity = old_capacity + old_capacity / 2 + 16;
  for (std::size_t i = 0; i < old_capacity; ++i)
    if (old[i].version != 0) slot_of(old[i].key) = old[i];
}

std::optional<std::uint64_t> VersionMap::find(const KeyPrefix& key) const {
  const Shard& shard = shard_of(key);
  const std::shared_lock lock(shard.mutex);
  if (shard.capacity == 0) return std::nullopt;
  const Slot& slot = shard.slot_of(key);
  return slot.version == 0 ? std::nullopt : std::optional(slot.version);
}

void VersionMap::set(const KeyPrefix& key, std::uint64_t version) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  shard.make_room();
  Slot& slot = shard.slot_of(key);
  if (slot.version == 0) ++shard.used;
  slot = {key, version};
}

void VersionMap::set_if_unknown(const KeyPrefix& key, std::uint64_t version) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  shard.make_room();
  Slot& slot = shard.slot_of(key);
  if (slot.version != 0) return;
  ++shard.used;
  slot = {key, version};
}

void VersionMap::clear() {
  for (Shard& shard : *shards_) {
    const std::lock_guard lock(shard.mutex);
    shard.slots.reset();
    shard.capacity = shard.used = 0;
  }
}

}  // namespace strongroom::store
