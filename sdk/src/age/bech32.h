// Bech32 (BIP 173) without the limit of 90 characters, which age does not have.
#pragma once

#include <string>
#include <string_view>

#include <strongroom/base/secret.h>

namespace strongroom::age {

struct Bech32 {
  std::string prefix;  // lower case, before the last '1'
  Secret data;         // it may be a key
};

// Of either case but not of both. Makes no other copy of the data. Errors: invalid_argument with a sentence that begins
// with a small letter, has no subject and repeats nothing of the text.
Result<Bech32> decode_bech32(std::string_view text);

constexpr std::size_t bech32_size(std::string_view prefix, BytesView data) noexcept {
  constexpr std::size_t k_separator_and_checksum = 7;
  return prefix.size() + k_separator_and_checksum + (data.size() * 8 + 4) / 5;
}

// Writes exactly bech32_size() letters to `out`, in lower case. `prefix` is lower case too.
void encode_bech32(std::string_view prefix, BytesView data, char* out) noexcept;

// The same for data that is no secret.
std::string encode_bech32(std::string_view prefix, BytesView data);

}  // namespace strongroom::age
