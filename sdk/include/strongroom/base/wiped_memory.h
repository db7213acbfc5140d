// Memory for plaintext: never in a core file, wiped when it is given back, locked as far as the limit allows.
//
// Values of secrets pass through a request in memory of this kind: receive buffers, decoded parameters, answers.
// Keys do not live here; they have an arena of their own (daemon/vault/key_arena.h) whose locking may not fail.
#pragma once

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <string>
#include <vector>

namespace strongroom {

// Overwrites `size` bytes in a way that the compiler keeps (explicit_bzero).
void wipe(void* data, std::size_t size) noexcept;

// Overwrites the `size` bytes of the calling thread's stack below the caller, where functions that have returned left
// copies of what they worked on.
void wipe_stack_below(std::size_t size = 24 * 1024) noexcept;

// A memory resource over mapped slabs. Blocks up to 64 KiB come from size classes (powers of two), larger ones are
// mapped of their own (two of up to 2 MiB are kept for the next ones); all are excluded from core files
// (MADV_DONTDUMP), locked while `lock_limit` bytes are not exceeded, and wiped on deallocate. Empty slabs are unmapped,
// one per class kept. Thread-safe.
class WipedMemory final : public std::pmr::memory_resource {
 public:
  // `lock_limit`: bytes that may be locked with mlock; failing to lock a slab is accepted silently, the values remain
  // wiped and out of core files.
  explicit WipedMemory(std::size_t lock_limit = 0);
  ~WipedMemory() override;
  WipedMemory(const WipedMemory&) = delete;
  WipedMemory& operator=(const WipedMemory&) = delete;

  // Bytes handed out and not yet given back; 0 when no request is in flight.
  std::size_t bytes_in_use() const noexcept;

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* p, std::size_t bytes, std::size_t alignment) override;

  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The resource of a process that has not made one of its own (clients): the heap, wiped on deallocate. Thread-safe.
std::pmr::memory_resource* wiped_heap() noexcept;

using WipedBytes = std::pmr::vector<unsigned char>;  // construct with a wiping resource
using WipedString = std::pmr::string;                // likewise; short strings live inside the object itself

}  // namespace strongroom
