#include <strongroom/base/wiped_memory.h>

#include <sys/mman.h>

#include <string.h>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>

namespace strongroom {

void wipe(void* data, std::size_t size) noexcept {
  if (size == 0) return;
#if defined(__APPLE__)
  memset_s(data, size, 0, size);
#else
  explicit_bzero(data, size);
#endif
}

// The variable-length block lies where the frames of returned functions were; noinline keeps it below the caller's.
[[gnu::noinline, gnu::no_sanitize_address]] void wipe_stack_below(std::size_t size) noexcept {
  wipe(__builtin_alloca(size), size);
}

namespace {

constexpr std::size_t k_smallest = 64;
constexpr std::size_t k_largest = 64 * 1024;
constexpr std::size_t k_classes = 11;  // 64 B ... 64 KiB
constexpr std::size_t k_slab = 128 * 1024;
constexpr std::size_t k_large_step = 256 * 1024;
constexpr std::size_t k_largest_kept = 2 * 1024 * 1024;

std::size_t class_of(std::size_t bytes) noexcept {
  const std::size_t rounded = std::bit_ceil(bytes < k_smallest ? k_smallest : bytes);
  return static_cast<std::size_t>(std::countr_zero(rounded)) - 6;
}

// What is mapped for a block of more than k_largest, so that a block that comes back serves one of about its size.
std::size_t large_size(std::size_t bytes) noexcept {
  return (bytes + k_large_step - 1) / k_large_step * k_large_step;
}

void* map(std::size_t size) {
  void* p = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) throw std::bad_alloc();
#if defined(MADV_DONTDUMP)
  madvise(p, size, MADV_DONTDUMP);
#endif
  return p;
}

}  // namespace

// A slab serves one size class and begins with this header; slabs are aligned to their size so that a block finds its
// slab by masking. Its first block starts behind the header, at a multiple of the class size.
struct SlabHeader {
  SlabHeader* next = nullptr;
  SlabHeader* previous = nullptr;
  void* free_blocks = nullptr;
  std::uint32_t used = 0;
  bool locked = false;
};

struct LargeBlock {
  void* data = nullptr;
  std::size_t size = 0;
};

struct WipedMemory::Impl {
  explicit Impl(std::size_t limit) : lock_limit(limit) {}

  std::mutex mutex;
  std::array<SlabHeader*, k_classes> partial{};  // slabs with a free block
  std::array<LargeBlock, 2> kept{};              // wiped; mapping and touching a page costs more than filling it
  std::size_t lock_limit;
  std::size_t locked = 0;
  std::atomic<std::size_t> in_use = 0;

  void* take_large(std::size_t size) {
    {
      const std::lock_guard guard(mutex);
      for (auto& block : kept)
        if (block.size == size) return std::exchange(block, LargeBlock()).data;
    }
    return map(size);
  }

  void give_large(void* data, std::size_t size) noexcept {
    LargeBlock gone{data, size};
    if (size <= k_largest_kept) {
      // The block that came back longest ago makes room.
      const std::lock_guard guard(mutex);
      gone = std::exchange(kept[1], std::exchange(kept[0], gone));
    }
    if (gone.data) munmap(gone.data, gone.size);
  }

  SlabHeader* make_slab(std::size_t index) {
    // Map twice the size and cut the aligned slab out.
    char* raw = static_cast<char*>(map(2 * k_slab));
    const std::uintptr_t start = (reinterpret_cast<std::uintptr_t>(raw) + k_slab - 1) & ~(k_slab - 1);
    char* base = raw + (start - reinterpret_cast<std::uintptr_t>(raw));
    if (base != raw) munmap(raw, static_cast<std::size_t>(base - raw));
    char* end = base + k_slab;
    if (end != raw + 2 * k_slab) munmap(end, static_cast<std::size_t>(raw + 2 * k_slab - end));
    auto* slab = new (base) SlabHeader;
    if (locked + k_slab <= lock_limit && mlock(base, k_slab) == 0) {
      slab->locked = true;
      locked += k_slab;
    }
    const std::size_t size = k_smallest << index;
    for (std::size_t at = size < sizeof(SlabHeader) ? k_smallest : size; at + size <= k_slab; at += size) {
      void* block = base + at;
      std::memcpy(block, &slab->free_blocks, sizeof(void*));
      slab->free_blocks = block;
    }
    return slab;
  }

  void link(std::size_t index, SlabHeader* slab) noexcept {
    slab->next = partial[index];
    slab->previous = nullptr;
    if (slab->next) slab->next->previous = slab;
    partial[index] = slab;
  }

  void unlink(std::size_t index, SlabHeader* slab) noexcept {
    (slab->previous ? slab->previous->next : partial[index]) = slab->next;
    if (slab->next) slab->next->previous = slab->previous;
  }

  void* take(std::size_t index) {
    const std::lock_guard guard(mutex);
    if (!partial[index]) link(index, make_slab(index));
    SlabHeader* slab = partial[index];
    void* block = slab->free_blocks;
    std::memcpy(&slab->free_blocks, block, sizeof(void*));
    ++slab->used;
    if (!slab->free_blocks) unlink(index, slab);
    return block;
  }

  void give(std::size_t index, void* block) noexcept {
    const std::lock_guard guard(mutex);
    auto* slab = reinterpret_cast<SlabHeader*>(reinterpret_cast<std::uintptr_t>(block) & ~(k_slab - 1));
    if (!slab->free_blocks) link(index, slab);
    std::memcpy(block, &slab->free_blocks, sizeof(void*));
    slab->free_blocks = block;
    const bool only = partial[index] == slab && !slab->next;
    if (--slab->used == 0 && !only) {
      unlink(index, slab);
      if (slab->locked) locked -= k_slab;
      munmap(slab, k_slab);
    }
  }
};

WipedMemory::WipedMemory(std::size_t lock_limit) : impl_(std::make_unique<Impl>(lock_limit)) {}

// Slabs that are still used at the end belong to objects that outlive their memory: a defect that must show.
WipedMemory::~WipedMemory() {
  for (const auto& block : impl_->kept)
    if (block.data) munmap(block.data, block.size);
  for (auto* slab : impl_->partial)
    while (slab) {
      auto* next = slab->next;
      munmap(slab, k_slab);
      slab = next;
    }
}

std::size_t WipedMemory::bytes_in_use() const noexcept {
  return impl_->in_use;
}

void* WipedMemory::do_allocate(std::size_t bytes, std::size_t) {
  impl_->in_use += bytes;
  if (bytes > k_largest) return impl_->take_large(large_size(bytes));
  return impl_->take(class_of(bytes));
}

void WipedMemory::do_deallocate(void* p, std::size_t bytes, std::size_t) {
  impl_->in_use -= bytes;
  wipe(p, bytes);
  if (bytes > k_largest)
    impl_->give_large(p, large_size(bytes));
  else
    impl_->give(class_of(bytes), p);
}

namespace {

class WipedHeap final : public std::pmr::memory_resource {
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    return ::operator new(bytes, std::align_val_t{alignment});
  }

  void do_deallocate(void* p, std::size_t bytes, std::size_t alignment) override {
    wipe(p, bytes);
    ::operator delete(p, std::align_val_t{alignment});
  }

  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

}  // namespace

std::pmr::memory_resource* wiped_heap() noexcept {
  static WipedHeap heap;
  return &heap;
}

}  // namespace strongroom
