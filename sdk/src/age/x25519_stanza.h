// The stanza of an X25519 recipient: "-> X25519 SHARE", and the file key under a key that the share's owner and the
// recipient have in common.
#pragma once

#include <strongroom/age/identity.h>

#include "sdk/src/age/header.h"

namespace strongroom::age {

inline constexpr std::string_view k_x25519 = "X25519";

// Whether a shared secret with `key` is one: false for points of low order.
bool is_usable(const PublicKey& key);

// The file key for one recipient, with line ends. Errors: invalid_argument for a key that is not usable.
Result<std::string> write_x25519_stanza(const Secret& file_key, const Recipient& recipient);

struct X25519Stanza {
  PublicKey share{};
  Bytes wrapped;

  // `stanza` is of the kind k_x25519. Errors: corrupt.
  static Result<X25519Stanza> parse(const Stanza& stanza);

  // The file key, or an empty one when the stanza is for somebody else. Errors: corrupt for a share of low order.
  Result<Secret> open(const Identity& identity) const;
};

}  // namespace strongroom::age
