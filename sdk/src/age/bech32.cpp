#include "sdk/src/age/bech32.h"

#include <algorithm>
#include <array>
#include <cstdint>

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

// Five bits each, to bytes. The bits that are left over are zeros and fewer than five.
Result<Bytes> bytes_of(std::string_view letters) {
  Bytes out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : letters) {
    bits = bits << 5 | static_cast<std::uint32_t>(k_letters.find(c));
    count += 5;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<Byte>(bits >> count));
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
  std::string small(text);
  std::ranges::transform(small, small.begin(), lower);
  const std::size_t split = small.rfind('1');
  if (split == std::string::npos || split == 0) return wrong("it has no '1' behind its kind");
  const auto printable = [](char c) { return c > 0x20 && c < 0x7f; };
  const std::string_view letters = std::string_view(small).substr(split + 1);
  if (!std::all_of(small.begin(), small.begin() + static_cast<std::ptrdiff_t>(split), printable) ||
      letters.find_first_not_of(k_letters) != std::string_view::npos)
    return wrong("it has a letter that does not belong there");
  if (letters.size() < k_checksum) return wrong("it is too short");
  Checksum checksum;
  checksum.add_prefix(std::string_view(small).substr(0, split));
  for (const char c : letters) checksum.add(static_cast<unsigned>(k_letters.find(c)));
  if (checksum.state() != 1) return wrong("its checksum is wrong: a letter is missing or another one");
  STRONGROOM_ASSIGN(Bytes data, bytes_of(letters.substr(0, letters.size() - k_checksum)));
  return Bech32{small.substr(0, split), std::move(data)};
}

std::string encode_bech32(std::string_view prefix, BytesView data) {
  std::string out(prefix);
  out += '1';
  Checksum checksum;
  checksum.add_prefix(prefix);
  const auto append = [&](unsigned value) {
    checksum.add(value);
    out += k_letters[value];
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
  for (std::size_t i = 0; i < k_checksum; ++i) out += k_letters[sum >> 5 * (k_checksum - 1 - i) & 31];
  return out;
}

}  // namespace strongroom::age
