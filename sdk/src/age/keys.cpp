#include "sdk/src/age/keys.h"

#include <sodium.h>

#include <strongroom/base/random.h>

namespace strongroom::age {
namespace {

class Hmac {
 public:
  explicit Hmac(BytesView key) { crypto_auth_hmacsha256_init(&state_, key.data(), key.size()); }

  Hmac(const Hmac&) = delete;
  Hmac& operator=(const Hmac&) = delete;

  ~Hmac() { wipe(&state_, sizeof state_); }

  Hmac& add(BytesView bytes) {
    crypto_auth_hmacsha256_update(&state_, bytes.data(), bytes.size());
    return *this;
  }

  void end(Byte* out) { crypto_auth_hmacsha256_final(&state_, out); }

 private:
  crypto_auth_hmacsha256_state state_;
};

constexpr std::size_t k_hash = crypto_auth_hmacsha256_BYTES;

}  // namespace

Secret hkdf(BytesView key, BytesView salt, std::string_view info) {
  // A missing salt is as many zeros as a hash has bytes.
  const std::array<Byte, k_hash> zeros{};
  Secret extracted = Secret::of_size(k_hash);
  Hmac(salt.empty() ? BytesView(zeros) : salt).add(key).end(extracted.writable().data());
  Secret out = Secret::of_size(k_hash);
  const Byte first = 1;
  Hmac(extracted.reveal(RevealReason::derive)).add(as_bytes(info)).add({&first, 1}).end(out.writable().data());
  return out;
}

std::array<Byte, 32> header_mac(BytesView file_key, std::string_view header) {
  const Secret key = hkdf(file_key, {}, "header");
  std::array<Byte, 32> out{};
  Hmac(key.reveal(RevealReason::derive)).add(as_bytes(header)).end(out.data());
  return out;
}

Secret content_key(BytesView file_key, BytesView nonce) {
  return hkdf(file_key, nonce, "payload");
}

bool is_usable(const PublicKey& key) {
  // Any clamped scalar finds a point of low order out; this one is no secret.
  std::array<Byte, 32> scalar{};
  scalar[31] = 64;
  Secret shared = Secret::of_size(crypto_scalarmult_BYTES);
  return crypto_scalarmult(shared.writable().data(), scalar.data(), key.data()) == 0;
}

std::string base64(BytesView bytes) {
  std::string out(base64_size(bytes.size()), '\0');
  base64_encode(bytes, out.data());
  while (out.ends_with('=')) out.pop_back();
  return out;
}

Result<std::string> wrap(BytesView file_key, const Recipient& recipient) {
  Secret scalar = Secret::of_size(crypto_scalarmult_SCALARBYTES);
  fill_random(scalar.writable());
  const BytesView ephemeral = scalar.reveal(RevealReason::derive);
  PublicKey share{};
  Secret shared = Secret::of_size(crypto_scalarmult_BYTES);
  if (crypto_scalarmult_base(share.data(), ephemeral.data()) != 0 ||
      crypto_scalarmult(shared.writable().data(), ephemeral.data(), recipient.key.data()) != 0)
    return make_error(ErrorCode::invalid_argument, "nothing can be kept secret with this key", "recipient");
  Bytes salt(share.begin(), share.end());
  salt.insert(salt.end(), recipient.key.begin(), recipient.key.end());
  const Secret key = hkdf(shared.reveal(RevealReason::derive), salt, "age-encryption.org/v1/X25519");
  // A key that is used once needs no other nonce.
  const std::array<Byte, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> nonce{};
  std::array<Byte, k_wrapped_key> wrapped{};
  crypto_aead_chacha20poly1305_ietf_encrypt(wrapped.data(), nullptr, file_key.data(), file_key.size(), nullptr, 0,
                                            nullptr, nonce.data(), key.reveal(RevealReason::seal).data());
  return "-> X25519 " + base64(share) + "\n" + base64(wrapped) + "\n";
}

}  // namespace strongroom::age
