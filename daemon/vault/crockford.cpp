#include "daemon/vault/crockford.h"

#include <string_view>

namespace strongroom::vault {
namespace {

constexpr std::string_view k_alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t k_group = 5;

unsigned five_bits(BytesView bytes, std::size_t i) noexcept {
  unsigned v = 0;
  for (std::size_t bit = 5 * i; bit < 5 * i + 5; ++bit)
    v = v << 1 | (bit / 8 < bytes.size() ? static_cast<unsigned>(bytes[bit / 8]) >> (7 - bit % 8) & 1u : 0u);
  return v;
}

}  // namespace

Secret crockford_text(BytesView bytes) {
  const std::size_t digits = (bytes.size() * 8 + 4) / 5;
  Secret text = Secret::of_size(digits + (digits - 1) / k_group);
  const MutableBytes out = text.writable();
  std::size_t at = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (i != 0 && i % k_group == 0) out[at++] = '-';
    out[at++] = static_cast<Byte>(k_alphabet[five_bits(bytes, i)]);
  }
  return text;
}

int crockford_digit(char c) noexcept {
  if (c == ' ' || c == '-' || c == '\t' || c == '\r' || c == '\n') return k_no_digit;
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') c = '0';
  if (c == 'I' || c == 'L') c = '1';
  const auto at = k_alphabet.find(c);
  return at == std::string_view::npos ? k_wrong_digit : static_cast<int>(at);
}

void put_crockford_digit(MutableBytes bytes, std::size_t i, unsigned value) noexcept {
  for (std::size_t k = 0; k < 5; ++k) {
    const std::size_t bit = 5 * i + k;
    if (bit / 8 < bytes.size())
      bytes[bit / 8] = static_cast<Byte>(bytes[bit / 8] | (value >> (4 - k) & 1u) << (7 - bit % 8));
  }
}

}  // namespace strongroom::vault
