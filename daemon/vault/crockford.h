// Crockford's base32 (crockford.com/base32.html), as people write codes down: five bits a digit, most significant
// first, in groups of five with hyphens. Read in either case, with white space and hyphens anywhere, O for 0, I and L
// for 1.
#pragma once

#include <cstddef>

#include <strongroom/base/bytes.h>
#include <strongroom/base/secret.h>

namespace strongroom::vault {

// As many whole digits as hold all bits; the bits that are missing at the end count as 0.
Secret crockford_text(BytesView bytes);

// What a digit is worth; k_no_digit for what stands between digits, k_wrong_digit for anything else.
inline constexpr int k_no_digit = 32;
inline constexpr int k_wrong_digit = -1;
int crockford_digit(char c) noexcept;

// Puts the bits of digit number `i` into `bytes`, which held zeros there; those beyond its end are dropped.
void put_crockford_digit(MutableBytes bytes, std::size_t i, unsigned value) noexcept;

}  // namespace strongroom::vault
