// The stanza of a passphrase: "-> scrypt SALT FACTOR", and the file key under a key that scrypt (RFC 7914) makes of it.
#pragma once

#include <strongroom/base/secret.h>

#include "sdk/src/age/header.h"

namespace strongroom::age {

inline constexpr std::string_view k_scrypt = "scrypt";

// The file key for who knows the passphrase, with line ends. Errors: too_large when the memory cannot be had.
Result<std::string> write_scrypt_stanza(const Secret& file_key, const Secret& passphrase, unsigned work_factor);

struct ScryptStanza {
  Bytes salt;
  unsigned work_factor = 0;
  Bytes wrapped;

  // `stanza` is of the kind k_scrypt. Errors: corrupt; too_large for a factor that exceeds `most_work_factor`.
  static Result<ScryptStanza> parse(const Stanza& stanza, unsigned most_work_factor);

  // The file key, or an empty one for another passphrase. Errors: too_large when the memory cannot be had.
  Result<Secret> open(const Secret& passphrase) const;
};

}  // namespace strongroom::age
