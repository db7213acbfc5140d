// Associated data: what a ciphertext is bound to, as a list of length-prefixed items in a buffer on the stack.
//
// Each item is a u32 little-endian length and that many bytes; an integer is an item of its own width, little-endian.
// No item is optional: an absent one is an item of length 0, so that two different lists never give the same bytes.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <strongroom/base/bytes.h>

namespace strongroom::vault {

// Bounded: items that do not fit make ok() false. Not thread-safe.
class AssociatedData {
 public:
  // The buffer is left as it is: zeroing it would cost as much as filling it.
  AssociatedData() noexcept {}  // NOLINT(cppcoreguidelines-pro-type-member-init,modernize-use-equals-default)

  AssociatedData& bytes(BytesView v) noexcept {
    if (!ok_ || v.size() + 4 > buffer_.size() - size_) {
      ok_ = false;
      return *this;
    }
    put(static_cast<std::uint32_t>(v.size()));
    if (!v.empty()) std::memcpy(buffer_.data() + size_, v.data(), v.size());
    size_ += v.size();
    return *this;
  }

  AssociatedData& text(std::string_view v) noexcept { return bytes(as_bytes(v)); }

  AssociatedData& u8(std::uint8_t v) noexcept { return integer(v); }

  AssociatedData& u16(std::uint16_t v) noexcept { return integer(v); }

  AssociatedData& u32(std::uint32_t v) noexcept { return integer(v); }

  AssociatedData& u64(std::uint64_t v) noexcept { return integer(v); }

  BytesView view() const noexcept { return {buffer_.data(), size_}; }

  // Drops what came after `size`, so that the next item of a series shares the beginning.
  void cut(std::size_t size) noexcept { size_ = size; }

  bool ok() const noexcept { return ok_; }

 private:
  template <class Integer>
  void put(Integer v) noexcept {
    for (std::size_t i = 0; i < sizeof v; ++i) buffer_[size_ + i] = static_cast<Byte>(v >> (8 * i));
    size_ += sizeof v;
  }

  template <class Integer>
  AssociatedData& integer(Integer v) noexcept {
    if (!ok_ || 4 + sizeof v > buffer_.size() - size_) {
      ok_ = false;
      return *this;
    }
    put(static_cast<std::uint32_t>(sizeof v));
    put(v);
    return *this;
  }

  std::array<Byte, 1024> buffer_;
  std::size_t size_ = 0;
  bool ok_ = true;
};

}  // namespace strongroom::vault
