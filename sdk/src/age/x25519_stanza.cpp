#include "sdk/src/age/x25519_stanza.h"

#include <sodium.h>

#include <algorithm>

#include <strongroom/base/random.h>

#include "sdk/src/age/keys.h"

namespace strongroom::age {
namespace {

Secret wrapping_key(const Secret& shared, const PublicKey& share, const PublicKey& recipient) {
  Bytes salt(share.begin(), share.end());
  salt.insert(salt.end(), recipient.begin(), recipient.end());
  return hkdf(shared.reveal(RevealReason::derive), salt, "age-encryption.org/v1/X25519");
}

Error malformed(const char* sentence) {
  return make_error(ErrorCode::corrupt, sentence);
}

}  // namespace

bool is_usable(const PublicKey& key) {
  // Any clamped scalar finds a point of low order out; this one is no secret.
  std::array<Byte, 32> scalar{};
  scalar[31] = 64;
  Secret shared = Secret::of_size(crypto_scalarmult_BYTES);
  return crypto_scalarmult(shared.writable().data(), scalar.data(), key.data()) == 0;
}

Result<std::string> write_x25519_stanza(const Secret& file_key, const Recipient& recipient) {
  Secret scalar = Secret::of_size(crypto_scalarmult_SCALARBYTES);
  fill_random(scalar.writable());
  const BytesView ephemeral = scalar.reveal(RevealReason::derive);
  PublicKey share{};
  Secret shared = Secret::of_size(crypto_scalarmult_BYTES);
  if (crypto_scalarmult_base(share.data(), ephemeral.data()) != 0 ||
      crypto_scalarmult(shared.writable().data(), ephemeral.data(), recipient.key.data()) != 0)
    return make_error(ErrorCode::invalid_argument, "nothing can be kept secret with this key", "recipient");
  const auto wrapped = wrap(file_key, wrapping_key(shared, share, recipient.key));
  return "-> " + std::string(k_x25519) + " " + base64(share) + "\n" + base64(wrapped) + "\n";
}

Result<X25519Stanza> X25519Stanza::parse(const Stanza& stanza) {
  if (stanza.arguments.size() != 1) return malformed("a recipient of the age file has not exactly one share");
  STRONGROOM_ASSIGN(const Bytes share, from_base64(stanza.arguments[0]));
  X25519Stanza out;
  if (share.size() != out.share.size()) return malformed("a share in the age file is not 32 bytes long");
  if (stanza.body.size() != k_wrapped_key) return malformed("a wrapped key in the age file is not 32 bytes long");
  std::ranges::copy(share, out.share.begin());
  out.wrapped = stanza.body;
  return out;
}

Result<Secret> X25519Stanza::open(const Identity& identity) const {
  Secret shared = Secret::of_size(crypto_scalarmult_BYTES);
  if (crypto_scalarmult(shared.writable().data(), identity.reveal(RevealReason::derive).data(), share.data()) != 0)
    return malformed("a share in the age file is of low order");
  return unwrap(wrapped, wrapping_key(shared, share, identity.recipient().key));
}

}  // namespace strongroom::age
