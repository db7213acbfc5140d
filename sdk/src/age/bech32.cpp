#include "sdk/src/age/bech32.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace strongroom::age {
namespace {

constexpr std::string_view k_letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t k_checksum = 6;
constexpr std::size_t k_longest = 1024;

class Checksum {
 public:
  void add(unsigned value) {
    constexpr std::array<std::uint32_t, 5> k_generator{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    const std::uint32_t top = state_ >> 25;
    state_ = (state_ & 0x1ffffff) << 5 ^ value;
    for (unsigned i = 0; i < k_generator.size(); ++i)
      if ((top >> i & 1) != 0) state_ ^= k_generator[i];
  }

  void add_prefix(std::string_view prefix) {
    for (const char c : prefix) add(static_cast<unsigned char>(c) >> 5);
    add(0);
    for (const char c : prefix) add(static_cast<unsigned char>(c) & 31);
  }

  std::uint32_t state() const { return state_; }

 private:
  std::uint32_t state_ = 1;
};

Error wrong(const char* sentence) {
  return make_error(ErrorCode::invalid_argument, sentence);
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// The five bits that a letter of either case stands for; none for others.
std::optional<unsigned> value_of(char c) {
  const std::size_t value = k_letters.find(lower(c));
  if (value == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(value);
}

// The letters are of the alphabet. The bits that are left over are zeros and fewer than five.
Result<Secret> bytes_of(std::string_view letters) {
  Secret out = Secret::of_size(letters.size() * 5 / 8);
  Byte* next = out.writable().data();
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : letters) {
    bits = bits << 5 | value_of(c).value_or(0);
    count += 5;
    if (count < 8) continue;
    count -= 8;
    *next++ = static_cast<Byte>(bits >> count);
    bits &= (1u << count) - 1;
  }
  if (count >= 5 || bits != 0) return wrong("its last letter is wrong");
  return out;
}

}  // namespace

Result<Bech32> decode_bech32(std::string_view text) {
  if (text.size() > k_longest) return wrong("it is too long");
  const bool has_upper = std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
  const bool has_lower = std::ranges::any_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
  if (has_upper && has_lower) return wrong("it mixes small and capital letters");
  const std::size_t split = text.rfind('1');
  if (split == std::string_view::npos || split == 0) return wrong("it has no '1' behind its kind");
  std::string prefix(text.substr(0, split));
  std::ranges::transform(prefix, prefix.begin(), lower);
  const std::string_view letters = text.substr(split + 1);
  if (!std::ranges::all_of(prefix, [](char c) { return c > 0x20 && c < 0x7f; }) ||
      !std::ranges::all_of(letters, [](char c) { return value_of(c).has_value(); }))
    return wrong("it has a letter that does not belong there");
  if (letters.size() < k_checksum) return wrong("it is too short");
  Checksum checksum;
  checksum.add_prefix(prefix);
  for (const char c : letters) checksum.add(value_of(c).value_or(0));
  if (checksum.state() != 1) return wrong("its checksum is wrong: a letter is missing or another one");
  STRONGROOM_ASSIGN(Secret data, bytes_of(letters.substr(0, letters.size() - k_checksum)));
  return Bech32{std::move(prefix), std::move(data)};
}

void encode_bech32(std::string_view prefix, BytesView data, char* out) noexcept {
  out = std::ranges::copy(prefix, out).out;
  *out++ = '1';
  Checksum checksum;
  checksum.add_prefix(prefix);
  const auto append = [&](unsigned value) {
    checksum.add(value);
    *out++ = k_letters[value];
  };
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const Byte byte : data) {
    bits = (bits << 8 | byte) & 0xfff;
    for (count += 8; count >= 5; count -= 5) append(bits >> (count - 5) & 31);
  }
  if (count > 0) append(bits << (5 - count) & 31);
  for (std::size_t i = 0; i < k_checksum; ++i) checksum.add(0);
  const std::uint32_t sum = checksum.state() ^ 1;
  for (std::size_t i = 0; i < k_checksum; ++i) *out++ = k_letters[sum >> 5 * (k_checksum - 1 - i) & 31];
}

std::string encode_bech32(std::string_view prefix, BytesView data) {
  std::string out(bech32_size(prefix, data), '\0');
  encode_bech32(prefix, data, out.data());
  return out;
}

}  // namespace strongroom::age
