#include "daemon/vault/slot_recovery.h"

#include <sodium.h>

#include <algorithm>

#include <strongroom/base/derive.h>
#include "daemon/vault/crockford.h"

namespace strongroom::vault {
namespace {

constexpr std::size_t k_code_digits = 32;
constexpr std::size_t k_digits = 35;

Error mistyped() {
  return make_error(ErrorCode::invalid_argument, "the recovery code is mistyped: its check characters do not fit",
                    "code");
}

unsigned check_of(BytesView code) noexcept {
  Byte sum[32];
  checksum("SRM/recovery-check/v1", {code}, sum);
  return (static_cast<unsigned>(sum[0]) | static_cast<unsigned>(sum[1]) << 8) & 0x7fff;
}

}  // namespace

Result<Key> make_recovery_code(KeyArena& arena) {
  STRONGROOM_ASSIGN(Key code, arena.take(k_recovery_size));
  randombytes_buf(code.writable().data(), k_recovery_size);
  return code;
}

// The code is 32 digits, the check three: 175 bits of 22 bytes.
Secret recovery_text(BytesView code) {
  const unsigned check = check_of(code) << 1;
  Secret both = Secret::of_size(k_recovery_size + 2);
  const MutableBytes out = both.writable();
  std::copy(code.begin(), code.end(), out.begin());
  out[k_recovery_size] = static_cast<Byte>(check >> 8);
  out[k_recovery_size + 1] = static_cast<Byte>(check);
  Secret text = crockford_text(both.reveal(RevealReason::deliver));
  text.truncate(k_recovery_text_size);
  return text;
}

Result<Key> parse_recovery_code(KeyArena& arena, const Secret& text) {
  STRONGROOM_ASSIGN(Key code, arena.take(k_recovery_size));
  std::size_t digits = 0;
  unsigned check = 0;
  for (const char c : text.reveal_text(RevealReason::derive)) {
    const int digit = crockford_digit(c);
    if (digit == k_no_digit) continue;
    if (digit < 0)
      return make_error(ErrorCode::invalid_argument, "the recovery code has a character that no code has", "code");
    if (digits < k_code_digits)
      put_crockford_digit(code.writable(), digits, static_cast<unsigned>(digit));
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
