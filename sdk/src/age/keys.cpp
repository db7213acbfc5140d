#include "sdk/src/age/keys.h"

#include <sodium.h>

#include <cstdlib>

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

// A key that is used once needs no other nonce.
constexpr std::array<Byte, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> k_no_nonce{};

}  // namespace

void choose_implementations() noexcept {
  if (sodium_init() < 0) std::abort();
}

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

std::array<Byte, k_mac> header_mac(BytesView file_key, std::string_view header) {
  const Secret key = hkdf(file_key, {}, "header");
  std::array<Byte, k_mac> out{};
  Hmac(key.reveal(RevealReason::derive)).add(as_bytes(header)).end(out.data());
  return out;
}

Secret content_key(BytesView file_key, BytesView nonce) {
  return hkdf(file_key, nonce, "payload");
}

Secret make_file_key() {
  Secret key = Secret::of_size(k_file_key);
  fill_random(key.writable());
  return key;
}

std::array<Byte, k_wrapped_key> wrap(const Secret& file_key, const Secret& key) {
  std::array<Byte, k_wrapped_key> wrapped{};
  const BytesView plain = file_key.reveal(RevealReason::seal);
  crypto_aead_chacha20poly1305_ietf_encrypt(wrapped.data(), nullptr, plain.data(), plain.size(), nullptr, 0, nullptr,
                                            k_no_nonce.data(), key.reveal(RevealReason::seal).data());
  return wrapped;
}

Secret unwrap(BytesView wrapped, const Secret& key) {
  Secret file_key = Secret::of_size(k_file_key);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(file_key.writable().data(), nullptr, nullptr, wrapped.data(),
                                                wrapped.size(), nullptr, 0, k_no_nonce.data(),
                                                key.reveal(RevealReason::derive).data()) != 0)
    return Secret();
  return file_key;
}

std::string base64(BytesView bytes) {
  std::string out(base64_size(bytes.size()), '\0');
  base64_encode(bytes, out.data());
  while (out.ends_with('=')) out.pop_back();
  return out;
}

Result<Bytes> from_base64(std::string_view text) {
  const auto refuse = [] { return make_error(ErrorCode::corrupt, "the header of the age file has wrong base64"); };
  std::string padded(text);
  if (text.find('=') != std::string_view::npos) return refuse();
  while (padded.size() % 4 != 0) padded += '=';
  Bytes out(padded.size() / 4 * 3);
  const auto size = base64_decode(padded, out.data());
  if (!size) return refuse();
  out.resize(*size);
  return out;
}

}  // namespace strongroom::age
