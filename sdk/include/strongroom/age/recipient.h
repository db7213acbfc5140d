// Who can open an age file: the public half of an X25519 key pair, as `age-keygen` prints it.
//
// Format: https://age-encryption.org/v1 (C2SP age), Bech32 as in BIP 173 without its limit of 90 characters.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::age {

using PublicKey = std::array<Byte, 32>;

struct Recipient {
  PublicKey key{};

  // "age1..." of either case but not of both. Errors: invalid_argument with a sentence about what is wrong with it; a
  // recipient of another kind (an SSH key, a plugin's) is one, and so is a key of low order, to which nothing can be
  // kept secret.
  static Result<Recipient> parse(std::string_view text);

  // "age1..."
  std::string text() const;
};

}  // namespace strongroom::age
