// The only memory in which keys live: one locked mapping between guard pages, out of core files, absent in a forked
// child.
//
// Keys are handed out as move-only handles to slots of 64 bytes that are wiped when the handle goes. One mapping
// instead of one sodium_malloc per key, because that costs 37-40 µs and three pages each, and because sodium_malloc
// succeeds when locking fails (both measured, research/performance.md).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::vault {

class KeyArena;

// A key in the arena, or empty. Wiped and given back on destruction. Move-only; not thread-safe, but any number of
// threads may read one key. The arena must outlive it.
class Key {
 public:
  Key() noexcept = default;
  Key(Key&& other) noexcept;
  Key& operator=(Key&& other) noexcept;
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;

  ~Key() { reset(); }

  // Wipes the key now.
  void reset() noexcept;

  bool empty() const noexcept { return size_ == 0; }

  // Valid while this handle lives.
  BytesView view() const noexcept { return {data_, size_}; }

  MutableBytes writable() noexcept { return {data_, size_}; }

 private:
  friend class KeyArena;

  Key(KeyArena* arena, Byte* data, std::size_t size) noexcept : arena_(arena), data_(data), size_(size) {}

  KeyArena* arena_ = nullptr;
  Byte* data_ = nullptr;
  std::size_t size_ = 0;
};

// Thread-safe: taking and giving back are lock-free.
class KeyArena {
 public:
  enum class Locking : std::uint8_t {
    required,        // memory that cannot be locked is an error
    allow_unlocked,  // configuration accepts that keys may reach swap space
  };
  static constexpr std::size_t k_size = 64 * 1024;  // bytes of keys, without the guard pages
  static constexpr std::size_t k_slot_size = 64;
  static constexpr std::size_t k_slots = k_size / k_slot_size;

  // Maps and locks the arena and initialises libsodium. Error: memory_lock (the message gives the remedy).
  static Result<std::unique_ptr<KeyArena>> make(Locking locking);
  // All keys must have been given back.
  ~KeyArena();
  KeyArena(const KeyArena&) = delete;
  KeyArena& operator=(const KeyArena&) = delete;

  // A zeroed key of 1 to 64 bytes. Error: too_large (no slot is free).
  Result<Key> take(std::size_t size);

  // Whether the mapping is locked; false only with allow_unlocked.
  bool memory_is_locked() const noexcept { return locked_; }

  // Keys handed out and not yet given back.
  std::size_t in_use() const noexcept { return in_use_.load(std::memory_order_relaxed); }

  // Whether every byte is zero. For tests and for the check after a lock; call it while no key is being written.
  bool is_blank() const noexcept;

 private:
  friend class Key;
  KeyArena(Byte* mapping, std::size_t mapping_size, Byte* data, bool locked) noexcept;
  void give_back(Byte* slot) noexcept;

  Byte* mapping_;
  std::size_t mapping_size_;
  Byte* data_;
  bool locked_;
  std::atomic<std::size_t> in_use_ = 0;
  std::array<std::atomic<std::uint64_t>, k_slots / 64> taken_{};
};

}  // namespace strongroom::vault
