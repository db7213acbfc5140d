// What opens an age file: the secret half of an X25519 key pair, as `age-keygen` writes it.
//
// Format: https://age-encryption.org/v1 (C2SP age), Bech32 as in BIP 173 in capital letters.
#pragma once

#include <string_view>
#include <vector>

#include <strongroom/age/recipient.h>
#include <strongroom/base/secret.h>

namespace strongroom::age {

// How many one file of identities may hold, and how many may be tried on one age file.
inline constexpr std::size_t k_most_identities = 64;

// Move-only; the scalar is wiped at its end. Not changed after it was made, so any thread may read it.
class Identity {
 public:
  // "AGE-SECRET-KEY-1...", without anything around it. The text remains the caller's to wipe. Errors: invalid_argument
  // with a sentence about what is wrong with it, which repeats nothing of it; an identity of another kind (a plugin's,
  // a post-quantum one) is one.
  static Result<Identity> parse(std::string_view text);

  // A new key pair, from the system's random generator.
  static Identity generate();

  Identity(Identity&&) noexcept = default;
  Identity& operator=(Identity&&) noexcept = default;

  // Who this opens files for.
  Recipient recipient() const { return Recipient{public_}; }

  // "AGE-SECRET-KEY-1...": what parse() reads.
  Secret text() const;

  // 32 bytes, valid while this object lives.
  BytesView reveal(RevealReason reason) const noexcept { return scalar_.reveal(reason); }

 private:
  explicit Identity(Secret scalar);

  Secret scalar_;
  PublicKey public_{};
};

// The identities of a file as `age-keygen` writes it: one a line; empty lines and those that begin with '#' are passed
// over. Errors: invalid_argument, with the number of the line, for a line that is neither, for no identity and for more
// than k_most_identities. The text remains the caller's to wipe.
Result<std::vector<Identity>> parse_identities(std::string_view text);

}  // namespace strongroom::age
