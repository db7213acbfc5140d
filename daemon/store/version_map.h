// A compact map from row keys to row versions, read by many threads and written by few.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <shared_mutex>

#include <strongroom/base/bytes.h>

namespace strongroom::store {

// The first 16 bytes of a key. Keys are keyed hashes, so these are evenly spread and different for different keys.
struct KeyPrefix {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  // `key` has at least 16 bytes.
  static KeyPrefix of(BytesView key) noexcept;
  friend bool operator==(const KeyPrefix&, const KeyPrefix&) = default;

  // A part of a keyed hash is a hash.
  struct Hash {
    std::size_t operator()(const KeyPrefix& key) const noexcept { return static_cast<std::size_t>(key.low); }
  };
};

// Open addressing in 64 shards, each behind a lock of its own; 24 bytes for each slot, 60 to 90 % of them used.
// Thread-safe. A full map of a million rows takes about 32 MB; an empty one no memory beside itself.
class VersionMap {
 public:
  static constexpr std::uint64_t k_erased = UINT64_MAX;

  VersionMap();
  ~VersionMap();

  // The version; k_erased for a key that was erased; nothing for one that was never set. `version` is neither 0 nor,
  // except for erasing, k_erased.
  std::optional<std::uint64_t> find(const KeyPrefix& key) const;
  void set(const KeyPrefix& key, std::uint64_t version);
  // Sets only when nothing, not even an erasure, is known of the key.
  void set_if_unknown(const KeyPrefix& key, std::uint64_t version);
  void clear();

 private:
  struct Slot {
    KeyPrefix key;
    std::uint64_t version = 0;  // 0: the slot is free
  };

  struct Shard {
    mutable std::shared_mutex mutex;
    std::unique_ptr<Slot[]> slots;  // guarded by mutex, like the rest
    std::size_t capacity = 0;
    std::size_t used = 0;  // with erased ones

    Slot& slot_of(const KeyPrefix& key) const noexcept;
    void make_room();
  };

  Shard& shard_of(const KeyPrefix& key) const noexcept;

  std::unique_ptr<std::array<Shard, 64>> shards_;
};

}  // namespace strongroom::store
