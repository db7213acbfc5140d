// The slot that opens with k of n shares, each of which a different person keeps; fewer than k tell nothing.
//
// A. Shamir, How to Share a Secret, CACM 22 (1979), over GF(2^8) with the polynomial x^8 + x^4 + x^3 + x + 1 (that of
// AES, FIPS 197), a polynomial of degree k - 1 for each byte. No step depends on a secret byte.
//
//   secret   = 32 random bytes, the value at 0
//   share    = u8 x (1 to n), first two bytes of the slot's id, the 32 values at x, check: 37 bytes, shown in
//              Crockford's base32 as 60 digits in twelve groups
//   check    = the first two bytes of checksum("SRM/share-check/v1", {the 35 bytes before it})
//   slot key = derive(secret, "SRM/shares/v1", {store id, slot id}, 32)
//
// Parameters (2 bytes): k, n; 2 <= k <= n <= 16.
#pragma once

#include <vector>

#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>

#include "daemon/vault/header.h"
#include "daemon/vault/key_arena.h"
#include "daemon/vault/types.h"

namespace strongroom::vault {

inline constexpr std::size_t k_most_shares = 16;
inline constexpr std::size_t k_share_digits = 60;

struct SharePlan {
  unsigned needed = 0;  // k
  unsigned made = 0;    // n
};

// Errors: invalid_argument (outside the bounds above).
Status check_plan(const SharePlan& plan);

Bytes shares_parameters(const SharePlan& plan);
// Error: corrupt.
Result<SharePlan> parse_shares_parameters(BytesView parameters);

// Splits `secret` (32 bytes); the texts of the shares, in the order of x.
std::vector<Secret> split_secret(BytesView secret, const SharePlan& plan, const SlotId& slot);

// Puts the secret together from the shares in `texts`, one a line or separated by commas or semicolons; more than k are
// no harm. Errors: invalid_argument (mistyped, the same one twice, none, more than k_most_shares), wrong_credential
// (fewer than k, or a share of another slot).
Result<Key> join_shares(KeyArena& arena, const SharePlan& plan, const SlotId& slot, const Secret& texts);

Result<Key> shares_slot_key(KeyArena& arena, BytesView secret, const StoreId& store, const SlotId& slot);

}  // namespace strongroom::vault
