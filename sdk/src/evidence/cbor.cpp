#include <strongroom/evidence/cbor.h>

#include <limits>

namespace strongroom::evidence {

std::uint64_t CborReader::head(unsigned major) noexcept {
  if (!ok_ || in_.empty() || in_[0] >> 5 != major) {
    ok_ = false;
    return 0;
  }
  const unsigned info = in_[0] & 31;
  in_ = in_.subspan(1);
  return info < 24 ? info : argument(info);
}

std::uint64_t CborReader::argument(unsigned info) noexcept {
  const std::size_t size = info <= 27 ? std::size_t{1} << (info - 24) : 0;
  if (size == 0 || in_.size() < size) {
    ok_ = false;
    return 0;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | in_[i];
  in_ = in_.subspan(size);
  // What fits a shorter form has to be written in it.
  const std::uint64_t least = size == 1 ? 24 : std::uint64_t{1} << (4 * size);
  if (value < least) ok_ = false;
  return ok_ ? value : 0;
}

std::int64_t CborReader::integer() noexcept {
  constexpr auto k_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool negative = ok_ && !in_.empty() && in_[0] >> 5 == 1;
  const std::uint64_t value = head(negative ? 1 : 0);
  if (value > k_max) ok_ = false;
  if (!ok_) return 0;
  return negative ? -1 - static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
}

BytesView CborReader::string(unsigned major, std::size_t max) noexcept {
  const std::uint64_t size = head(major);
  if (size > max || size > in_.size()) ok_ = false;
  if (!ok_) return {};
  const BytesView content = in_.first(size);
  in_ = in_.subspan(size);
  return content;
}

std::uint64_t CborReader::count(unsigned major, std::uint64_t max) noexcept {
  const std::uint64_t number = head(major);
  if (number > max) ok_ = false;
  return ok_ ? number : 0;
}

std::int64_t CborReader::key(std::int64_t* last) noexcept {
  const auto key = static_cast<std::int64_t>(uint());
  if (key <= *last) ok_ = false;
  *last = key;
  return ok_ ? key : -1;
}

}  // namespace strongroom::evidence
