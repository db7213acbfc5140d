#include <strongroom/evidence/ed25519.h>

#include <sodium.h>

namespace strongroom::evidence {
namespace {

// libsodium's form of a key pair, wiped when it goes.
class KeyPair {
 public:
  KeyPair() = default;

  ~KeyPair() { sodium_memzero(secret_, sizeof secret_); }

  KeyPair(const KeyPair&) = delete;
  KeyPair& operator=(const KeyPair&) = delete;

  Status expand(BytesView seed) {
    if (seed.size() != crypto_sign_SEEDBYTES)
      return make_error(ErrorCode::invalid_argument, "the seed of a signing key has 32 bytes", "seed");
    crypto_sign_seed_keypair(public_key.data(), secret_, seed.data());
    return {};
  }

  const Byte* secret() const noexcept { return secret_; }

  Ed25519PublicKey public_key{};

 private:
  Byte secret_[crypto_sign_SECRETKEYBYTES];
};

}  // namespace

Result<Ed25519PublicKey> Ed25519::public_key(BytesView seed) {
  KeyPair pair;
  STRONGROOM_CHECK(pair.expand(seed));
  return pair.public_key;
}

Result<Ed25519Signature> Ed25519::sign(BytesView seed, BytesView message) {
  KeyPair pair;
  STRONGROOM_CHECK(pair.expand(seed));
  Ed25519Signature signature;
  crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), pair.secret());
  return signature;
}

bool ed25519_verify(BytesView public_key, BytesView message, BytesView signature) noexcept {
  return public_key.size() == crypto_sign_PUBLICKEYBYTES && signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(signature.data(), message.data(), message.size(), public_key.data()) == 0;
}

}  // namespace strongroom::evidence
