#include "daemon/vault/wrap.h"

#include <sodium.h>

#include <cstdlib>

#include <strongroom/base/wiped_memory.h>

#include <strongroom/base/derive.h>

namespace strongroom::vault {
namespace {

constexpr std::string_view k_label = "SRM/wrap/v1";

static_assert(k_nonce_size == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(k_tag_size == crypto_aead_xchacha20poly1305_ietf_ABYTES);
static_assert(k_key_size == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(k_commit_size == crypto_verify_32_BYTES);

struct WrapKeys {
  WrapKeys(BytesView wrapping_key, BytesView associated_data, BytesView nonce) noexcept {
    derive(wrapping_key, k_label, {associated_data, nonce}, bytes);
  }

  WrapKeys(const WrapKeys&) = delete;
  WrapKeys& operator=(const WrapKeys&) = delete;

  ~WrapKeys() { wipe(bytes, sizeof bytes); }

  const Byte* encryption() const noexcept { return bytes; }

  BytesView commit() const noexcept { return {bytes + k_key_size, k_commit_size}; }

  Byte bytes[k_key_size + k_commit_size];
};

void seal_with_nonce(BytesView wrapping_key, BytesView associated_data, BytesView key,
                     std::span<Byte, k_wrapped_size> out) noexcept {
  if (wrapping_key.size() != k_key_size || key.size() != k_key_size) std::abort();
  const WrapKeys keys(wrapping_key, associated_data, out.first(k_nonce_size));
  const auto commit = keys.commit();
  std::memcpy(out.data() + k_nonce_size, commit.data(), k_commit_size);
  Byte* ciphertext = out.data() + k_nonce_size + k_commit_size;
  crypto_aead_xchacha20poly1305_ietf_encrypt_detached(ciphertext, ciphertext + k_key_size, nullptr, key.data(),
                                                      k_key_size, associated_data.data(), associated_data.size(),
                                                      nullptr, out.data(), keys.encryption());
}

}  // namespace

void wrap(BytesView wrapping_key, BytesView associated_data, BytesView key,
          std::span<Byte, k_wrapped_size> out) noexcept {
  randombytes_buf(out.data(), k_nonce_size);
  seal_with_nonce(wrapping_key, associated_data, key, out);
}

void wrap_new(BytesView wrapping_key, BytesView associated_data, MutableBytes key,
              std::span<Byte, k_wrapped_size> out) noexcept {
  // One call for both: each is a system call.
  struct {
    Byte key[k_key_size];
    Byte nonce[k_nonce_size];
  } fresh;

  if (key.size() != k_key_size) std::abort();
  randombytes_buf(&fresh, sizeof fresh);
  std::memcpy(key.data(), fresh.key, k_key_size);
  std::memcpy(out.data(), fresh.nonce, k_nonce_size);
  wipe(&fresh, sizeof fresh);
  seal_with_nonce(wrapping_key, associated_data, key, out);
}

bool unwrap(BytesView wrapping_key, BytesView associated_data, std::span<const Byte, k_wrapped_size> wrapped,
            MutableBytes key) noexcept {
  if (wrapping_key.size() != k_key_size || key.size() != k_key_size) std::abort();
  const WrapKeys keys(wrapping_key, associated_data, wrapped.first(k_nonce_size));
  const Byte* ciphertext = wrapped.data() + k_nonce_size + k_commit_size;
  const bool opened = crypto_verify_32(keys.commit().data(), wrapped.data() + k_nonce_size) == 0 &&
                      crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
                          key.data(), nullptr, ciphertext, k_key_size, ciphertext + k_key_size, associated_data.data(),
                          associated_data.size(), wrapped.data(), keys.encryption()) == 0;
  if (!opened) wipe(key.data(), key.size());
  return opened;
}

}  // namespace strongroom::vault
