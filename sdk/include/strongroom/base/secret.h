// Secret: a value nobody may print, copy by accident or leave behind.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <utility>

#include <strongroom/base/bytes.h>
#include <strongroom/base/wiped_memory.h>

namespace strongroom {

// Why plaintext is read. Every reader names one, so that a review of all uses is one search.
enum class RevealReason : unsigned char {
  seal,      // to encrypt it
  transmit,  // to put it into a message for its owner
  deliver,   // to hand it to the person or program that asked
  derive,    // to derive a key from it
  inspect,   // to check its form (length, encoding); nothing of it leaves the function
  test,
};

// Owns bytes in a wiping memory resource. Move-only; equality is constant time; no conversion to std::string.
// Not thread-safe; a Secret may be moved to another thread. The resource must outlive it.
class Secret {
 public:
  // Empty.
  explicit Secret(std::pmr::memory_resource* memory = wiped_heap()) noexcept : memory_(memory) {}

  // A copy of `bytes`.
  explicit Secret(BytesView bytes, std::pmr::memory_resource* memory = wiped_heap());
  // `size` zero bytes, to be filled through writable().
  static Secret of_size(std::size_t size, std::pmr::memory_resource* memory = wiped_heap());

  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  std::size_t size() const noexcept { return size_; }

  bool empty() const noexcept { return size_ == 0; }

  // The plaintext, valid while this object lives and is not resized.
  BytesView reveal(RevealReason) const noexcept { return {data_, size_}; }

  std::string_view reveal_text(RevealReason) const noexcept { return as_text({data_, size_}); }

  // Where it lives, for values made from it.
  std::pmr::memory_resource* memory() const noexcept { return memory_; }

  // For filling. Valid like reveal().
  MutableBytes writable() noexcept { return {data_, size_}; }

  // Drops bytes at the end, wiping them. `size` must not exceed size().
  void truncate(std::size_t size) noexcept;
  // Drops `count` bytes at the beginning, wiping them; the others stay where they are. At most size().
  void drop_front(std::size_t count) noexcept;

  // A second copy, asked for by name.
  Secret clone() const { return Secret(BytesView{data_, size_}, memory_); }

  // Constant time for equal lengths.
  friend bool operator==(const Secret& a, const Secret& b) noexcept;

 private:
  std::pmr::memory_resource* memory_;
  Byte* block_ = nullptr;  // what the resource gave, capacity_ bytes
  std::size_t capacity_ = 0;
  Byte* data_ = nullptr;  // in block_
  std::size_t size_ = 0;
};

// Constant-time comparison of equally long views; false for different lengths.
bool equal_in_constant_time(BytesView a, BytesView b) noexcept;

}  // namespace strongroom
