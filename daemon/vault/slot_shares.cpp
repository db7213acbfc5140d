#include "daemon/vault/slot_shares.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include <strongroom/base/derive.h>
#include "daemon/vault/crockford.h"

namespace strongroom::vault {
namespace {

constexpr std::size_t k_slot_at = 1;
constexpr std::size_t k_slot_size = 2;
constexpr std::size_t k_values_at = k_slot_at + k_slot_size;
constexpr std::size_t k_check_at = k_values_at + k_key_size;
constexpr std::size_t k_share_size = k_check_at + 2;

// In constant time.
Byte multiply(Byte a, Byte b) noexcept {
  unsigned product = 0;
  unsigned x = a;
  for (unsigned bit = 0; bit < 8; ++bit) {
    product ^= x & (0U - (static_cast<unsigned>(b) >> bit & 1U));
    x = (x << 1 ^ (0x11bU & (0U - (x >> 7 & 1U)))) & 0xffU;
  }
  return static_cast<Byte>(product);
}

// a^254.
Byte invert(Byte a) noexcept {
  Byte power = a;
  for (int i = 0; i < 6; ++i) power = multiply(multiply(power, power), a);
  return multiply(power, power);
}

void put_check(BytesView share, Byte* out) noexcept {
  Byte sum[32];
  checksum("SRM/share-check/v1", {share.first(k_check_at)}, sum);
  std::copy_n(sum, 2, out);
}

Error mistyped() {
  return make_error(ErrorCode::invalid_argument, "a share is mistyped: its check characters do not fit", "shares");
}

Result<Key> parse_share(KeyArena& arena, std::string_view text) {
  STRONGROOM_ASSIGN(Key share, arena.take(k_share_size));
  std::size_t digits = 0;
  for (const char c : text) {
    const int digit = crockford_digit(c);
    if (digit == k_no_digit) continue;
    if (digit == k_wrong_digit)
      return make_error(ErrorCode::invalid_argument, "a share has a character that no share has", "shares");
    if (digits < k_share_digits) put_crockford_digit(share.writable(), digits, static_cast<unsigned>(digit));
    ++digits;
  }
  if (digits != k_share_digits)
    return make_error(ErrorCode::invalid_argument, "a share must have 60 characters in twelve groups, a line for each",
                      "shares");
  Byte check[2];
  put_check(share.view(), check);
  if (!std::ranges::equal(check, share.view().subspan(k_check_at))) return mistyped();
  return share;
}

bool is_blank(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return crockford_digit(c) == k_no_digit; });
}

Result<std::vector<Key>> parse_shares(KeyArena& arena, std::string_view texts) {
  std::vector<Key> shares;
  while (!texts.empty()) {
    const std::size_t end = std::min(texts.find_first_of("\n,;"), texts.size());
    const std::string_view text = texts.substr(0, end);
    texts.remove_prefix(std::min(end + 1, texts.size()));
    if (is_blank(text)) continue;
    if (shares.size() == k_most_shares)
      return make_error(ErrorCode::invalid_argument, "there are at most 16 shares", "shares");
    STRONGROOM_ASSIGN(Key share, parse_share(arena, text));
    const auto same = [&](const Key& other) { return other.view()[0] == share.view()[0]; };
    if (std::ranges::any_of(shares, same))
      return make_error(ErrorCode::invalid_argument, "a share was given twice", "shares");
    shares.push_back(std::move(share));
  }
  return shares;
}

// Lagrange's interpolation at 0.
Byte value_at_zero(const std::vector<Key>& shares, std::size_t byte) noexcept {
  Byte sum = 0;
  for (const Key& share : shares) {
    Byte weight = 1;
    for (const Key& other : shares) {
      const Byte x = other.view()[0];
      if (x == share.view()[0]) continue;
      weight = multiply(weight, multiply(x, invert(static_cast<Byte>(x ^ share.view()[0]))));
    }
    sum = static_cast<Byte>(sum ^ multiply(weight, share.view()[k_values_at + byte]));
  }
  return sum;
}

}  // namespace

Status check_plan(const SharePlan& plan) {
  if (plan.needed >= 2 && plan.needed <= plan.made && plan.made <= k_most_shares) return {};
  return make_error(ErrorCode::invalid_argument, "of 2 to 16 shares at least two must be needed", "shares");
}

Bytes shares_parameters(const SharePlan& plan) {
  return {static_cast<Byte>(plan.needed), static_cast<Byte>(plan.made)};
}

Result<SharePlan> parse_shares_parameters(BytesView parameters) {
  if (parameters.size() != 2) return make_error(ErrorCode::corrupt, "the shares of a slot are damaged");
  const SharePlan plan{parameters[0], parameters[1]};
  if (!check_plan(plan)) return make_error(ErrorCode::corrupt, "the shares of a slot are damaged");
  return plan;
}

std::vector<Secret> split_secret(BytesView secret, const SharePlan& plan, const SlotId& slot) {
  // Row i holds the coefficients of x^i of all bytes.
  Secret coefficients = Secret::of_size(plan.needed * k_key_size);
  const MutableBytes c = coefficients.writable();
  randombytes_buf(c.data(), c.size());
  std::copy(secret.begin(), secret.end(), c.begin());
  std::vector<Secret> texts;
  for (unsigned x = 1; x <= plan.made; ++x) {
    Secret share = Secret::of_size(k_share_size);
    const MutableBytes out = share.writable();
    out[0] = static_cast<Byte>(x);
    std::copy_n(slot.begin(), k_slot_size, out.begin() + k_slot_at);
    for (std::size_t byte = 0; byte < k_key_size; ++byte) {
      Byte value = 0;
      for (std::size_t i = plan.needed; i-- > 0;)
        value = static_cast<Byte>(multiply(value, static_cast<Byte>(x)) ^ c[i * k_key_size + byte]);
      out[k_values_at + byte] = value;
    }
    put_check(out, out.data() + k_check_at);
    texts.push_back(crockford_text(share.reveal(RevealReason::deliver)));
  }
  return texts;
}

Result<Key> join_shares(KeyArena& arena, const SharePlan& plan, const SlotId& slot, const Secret& texts) {
  STRONGROOM_ASSIGN(std::vector<Key> shares, parse_shares(arena, texts.reveal_text(RevealReason::derive)));
  if (shares.empty()) return make_error(ErrorCode::invalid_argument, "there is no share", "shares");
  for (const Key& share : shares)
    if (!std::ranges::equal(share.view().subspan(k_slot_at, k_slot_size), BytesView(slot).first(k_slot_size)))
      return make_error(ErrorCode::wrong_credential, "a share belongs to another slot");
  if (shares.size() < plan.needed)
    return make_error(ErrorCode::wrong_credential, "the slot needs " + std::to_string(plan.needed) + " shares, not " +
                                                       std::to_string(shares.size()));
  shares.resize(plan.needed);
  STRONGROOM_ASSIGN(Key secret, arena.take(k_key_size));
  for (std::size_t byte = 0; byte < k_key_size; ++byte) secret.writable()[byte] = value_at_zero(shares, byte);
  return secret;
}

Result<Key> shares_slot_key(KeyArena& arena, BytesView secret, const StoreId& store, const SlotId& slot) {
  STRONGROOM_ASSIGN(Key key, arena.take(k_key_size));
  derive(secret, "SRM/shares/v1", {store, slot}, key.writable());
  return key;
}

}  // namespace strongroom::vault
