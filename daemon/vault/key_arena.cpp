#include "daemon/vault/key_arena.h"

#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <utility>

#include <strongroom/base/wiped_memory.h>

namespace strongroom::vault {
namespace {

Error cannot_lock() {
  return make_error(ErrorCode::memory_lock,
                    "key memory cannot be locked: raise the locked-memory limit to at least 64 KiB "
                    "(LimitMEMLOCK=1M in the service unit, or ulimit -l 1024)");
}

// Neither call may be missing silently where the system has it, but a kernel without them still keeps the keys locked,
// and the daemon neither forks nor writes core files.
void keep_out_of_dumps_and_children(void* data, std::size_t size) noexcept {
#if defined(MADV_DONTDUMP)
  madvise(data, size, MADV_DONTDUMP);
#endif
#if defined(MADV_WIPEONFORK)
  madvise(data, size, MADV_WIPEONFORK);
#endif
}

}  // namespace

Key::Key(Key&& other) noexcept
    : arena_(std::exchange(other.arena_, nullptr)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

Key& Key::operator=(Key&& other) noexcept {
  if (this == &other) return *this;
  reset();
  arena_ = std::exchange(other.arena_, nullptr);
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

void Key::reset() noexcept {
  if (data_) arena_->give_back(data_);
  arena_ = nullptr;
  data_ = nullptr;
  size_ = 0;
}

Result<std::unique_ptr<KeyArena>> KeyArena::make(Locking locking) {
  if (sodium_init() < 0) return make_error(ErrorCode::internal, "the cryptographic library cannot be initialised");
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t data_size = (k_size + page - 1) / page * page;
  const std::size_t whole = data_size + 2 * page;
  void* mapping = mmap(nullptr, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) return make_error(ErrorCode::memory_lock, "key memory cannot be mapped");
  Byte* data = static_cast<Byte*>(mapping) + page;
  if (mprotect(data, data_size, PROT_READ | PROT_WRITE) != 0) {
    munmap(mapping, whole);
    return make_error(ErrorCode::memory_lock, "key memory cannot be mapped");
  }
  keep_out_of_dumps_and_children(data, data_size);
  const bool locked = mlock(data, data_size) == 0;
  if (!locked && locking == Locking::required) {
    munmap(mapping, whole);
    return cannot_lock();
  }
  return std::unique_ptr<KeyArena>(new KeyArena(static_cast<Byte*>(mapping), whole, data, locked));
}

KeyArena::KeyArena(Byte* mapping, std::size_t mapping_size, Byte* data, bool locked) noexcept
    : mapping_(mapping), mapping_size_(mapping_size), data_(data), locked_(locked) {}

KeyArena::~KeyArena() {
  // A handle that outlives its arena would write into memory that is no longer ours.
  if (in_use() != 0) std::abort();
  munmap(mapping_, mapping_size_);
}

Result<Key> KeyArena::take(std::size_t size) {
  if (size == 0 || size > k_slot_size) return make_error(ErrorCode::internal, "a key of an impossible size");
  for (std::size_t word = 0; word < taken_.size(); ++word) {
    std::uint64_t seen = taken_[word].load(std::memory_order_relaxed);
    while (seen != ~std::uint64_t{0}) {
      const auto bit = static_cast<unsigned>(std::countr_one(seen));
      if (!taken_[word].compare_exchange_weak(seen, seen | std::uint64_t{1} << bit, std::memory_order_acquire))
        continue;
      in_use_.fetch_add(1, std::memory_order_relaxed);
      return Key(this, data_ + (word * 64 + bit) * k_slot_size, size);
    }
  }
  return make_error(ErrorCode::too_large, "the key memory is full");
}

void KeyArena::give_back(Byte* slot) noexcept {
  wipe(slot, k_slot_size);
  const auto index = static_cast<std::size_t>(slot - data_) / k_slot_size;
  in_use_.fetch_sub(1, std::memory_order_relaxed);
  taken_[index / 64].fetch_and(~(std::uint64_t{1} << index % 64), std::memory_order_release);
}

bool KeyArena::is_blank() const noexcept {
  return std::all_of(data_, data_ + k_size, [](Byte b) { return b == 0; });
}

}  // namespace strongroom::vault
