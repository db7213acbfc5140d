// A number modulo 2^256, for sums that can be taken back.
#pragma once

#include <array>
#include <cstdint>

#include <strongroom/base/bytes.h>

namespace strongroom::store {

// 32 bytes, little-endian.
using Digest256 = std::array<Byte, 32>;

class Sum256 {
 public:
  Sum256() = default;  // 0
  explicit Sum256(const Digest256& bytes) noexcept;
  Digest256 bytes() const noexcept;

  Sum256& operator+=(const Sum256& other) noexcept;
  Sum256& operator-=(const Sum256& other) noexcept;
  friend bool operator==(const Sum256&, const Sum256&) = default;

 private:
  std::array<std::uint64_t, 4> words_{};  // least significant first
};

}  // namespace strongroom::store
