#include "daemon/vault/slot_recovery.h"

#include <sodium.h>

#include <strongroom/base/derive.h>

namespace strongroom::vault {
namespace {

constexpr std::string_view k_alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t k_code_digits = 32;
constexpr std::size_t k_digits = 35;
constexpr std::size_t k_group = 5;

Error mistyped() {
  return make_error(ErrorCode::invalid_argument, "the recovery code is mistyped: its check characters do not fit",
                    "code");
}

unsigned check_of(BytesView code) noexcept {
  Byte sum[32];
  checksum("SRM/recovery-check/v1", {code}, sum);
  return (static_cast<unsigned>(sum[0]) | static_cast<unsigned>(sum[1]) << 8) & 0x7fff;
}

// The value of a digit, 32 for what may be skipped, -1 for anything else.
int digit_of(char c) noexcept {
  if (c == ' ' || c == '-' || c == '\t' || c == '\r' || c == '\n') return 32;
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') c = '0';
  if (c == 'I' || c == 'L') c = '1';
  const auto at = k_alphabet.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

// Bits [5 * i, 5 * i + 5) of the code, most significant first.
unsigned five_bits(BytesView code, std::size_t i) noexcept {
  unsigned v = 0;
  for (std::size_t bit = 5 * i; bit < 5 * i + 5; ++bit)
    v = v << 1 | (static_cast<unsigned>(code[bit / 8]) >> (7 - bit % 8) & 1u);
  return v;
}

void put_five_bits(MutableBytes code, std::size_t i, unsigned v) noexcept {
  for (std::size_t k = 0; k < 5; ++k) {
    const std::size_t bit = 5 * i + k;
    code[bit / 8] = static_cast<Byte>(code[bit / 8] | (v >> (4 - k) & 1u) << (7 - bit % 8));
  }
}

}  // namespace

Result<Key> make_recovery_code(KeyArena& arena) {
  STRONGROOM_ASSIGN(Key code, arena.take(k_recovery_size));
  randombytes_buf(code.writable().data(), k_recovery_size);
  return code;
}

Secret recovery_text(BytesView code) {
  Secret text = Secret::of_size(k_recovery_text_size);
  const MutableBytes out = text.writable();
  const unsigned check = check_of(code);
  std::size_t at = 0;
  for (std::size_t i = 0; i < k_digits; ++i) {
    if (i != 0 && i % k_group == 0) out[at++] = '-';
    const unsigned v = i < k_code_digits ? five_bits(code, i) : check >> (5 * (k_digits - 1 - i)) & 31;
    out[at++] = static_cast<Byte>(k_alphabet[v]);
  }
  return text;
}

Result<Key> parse_recovery_code(KeyArena& arena, const Secret& text) {
  STRONGROOM_ASSIGN(Key code, arena.take(k_recovery_size));
  std::size_t digits = 0;
  unsigned check = 0;
  for (const char c : text.reveal_text(RevealReason::derive)) {
    const int digit = digit_of(c);
    if (digit == 32) continue;
    if (digit < 0)
      return make_error(ErrorCode::invalid_argument, "the recovery code has a character that no code has", "code");
    if (digits < k_code_digits)
      put_five_bits(code.writable(), digits, static_cast<unsigned>(digit));
    else
      check = (check << 5 | static_cast<unsigned>(digit)) & 0x7fff;
    ++digits;
    if (digits > k_digits) break;
  }
  if (digits != k_digits)
    return make_error(ErrorCode::invalid_argument, "the recovery code must have 35 characters in seven groups", "code");
  if (check != check_of(code.view())) return mistyped();
  return code;
}

Result<Key> recovery_slot_key(KeyArena& arena, BytesView code, const StoreId& store, const SlotId& slot) {
  STRONGROOM_ASSIGN(Key key, arena.take(k_key_size));
  derive(code, "SRM/recovery/v1", {store, slot}, key.writable());
  return key;
}

}  // namespace strongroom::vault
