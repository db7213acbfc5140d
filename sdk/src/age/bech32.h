// Bech32 (BIP 173) without the limit of 90 characters, which age does not have.
#pragma once

#include <string>
#include <string_view>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::age {

struct Bech32 {
  std::string prefix;  // lower case, before the last '1'
  Bytes data;
};

// Errors: invalid_argument with a sentence that begins with a small letter and has no subject.
Result<Bech32> decode_bech32(std::string_view text);

// Lower case. `prefix` is lower case too.
std::string encode_bech32(std::string_view prefix, BytesView data);

}  // namespace strongroom::age
