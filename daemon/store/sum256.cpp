#include "daemon/store/sum256.h"

namespace strongroom::store {

Sum256::Sum256(const Digest256& bytes) noexcept {
  for (std::size_t i = 0; i < bytes.size(); ++i) words_[i / 8] |= std::uint64_t{bytes[i]} << (8 * (i % 8));
}

Digest256 Sum256::bytes() const noexcept {
  Digest256 out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<Byte>(words_[i / 8] >> (8 * (i % 8)));
  return out;
}

Sum256& Sum256::operator+=(const Sum256& other) noexcept {
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const std::uint64_t partial = words_[i] + carry;
    const std::uint64_t total = partial + other.words_[i];
    carry = static_cast<std::uint64_t>(partial < carry) + static_cast<std::uint64_t>(total < partial);
    words_[i] = total;
  }
  return *this;
}

Sum256& Sum256::operator-=(const Sum256& other) noexcept {
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const std::uint64_t partial = words_[i] - borrow;
    const std::uint64_t total = partial - other.words_[i];
    borrow = static_cast<std::uint64_t>(words_[i] < borrow) + static_cast<std::uint64_t>(partial < other.words_[i]);
    words_[i] = total;
  }
  return *this;
}

}  // namespace strongroom::store
