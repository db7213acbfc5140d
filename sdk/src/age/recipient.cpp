#include <strongroom/age/recipient.h>

#include <algorithm>

#include "sdk/src/age/bech32.h"
#include "sdk/src/age/x25519_stanza.h"

namespace strongroom::age {

Result<Recipient> Recipient::parse(std::string_view text) {
  const auto refuse = [](const std::string& why) {
    return make_error(ErrorCode::invalid_argument, "is no age recipient ('age1...'): " + why, "recipient");
  };
  if (text.starts_with("ssh-")) return refuse("keys of SSH are not supported");
  auto decoded = decode_bech32(text);
  if (!decoded) return refuse(decoded.error().message);
  if (decoded->prefix == "age-secret-key-") return refuse("this is the secret key; the recipient is its public key");
  if (decoded->prefix != "age") return refuse("its kind is not supported");
  Recipient out;
  if (decoded->data.size() != out.key.size()) return refuse("it is not 32 bytes long");
  std::ranges::copy(decoded->data.reveal(RevealReason::inspect), out.key.begin());
  if (!is_usable(out.key)) return refuse("nothing can be kept secret with this key");
  return out;
}

std::string Recipient::text() const {
  return encode_bech32("age", key);
}

}  // namespace strongroom::age
