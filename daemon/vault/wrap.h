// Wrapping of a 32-byte key by another: key-committing and bound to its associated data.
//
//   nonce           = 24 random bytes
//   Kenc ‖ commit   = derive(wrapping key, "SRM/wrap/v1", {associated data, nonce}, 64)
//   ciphertext      = XChaCha20-Poly1305-IETF(key = Kenc, nonce, associated data, plaintext = the 32-byte key)
//   wrapped         = nonce (24) ‖ commit (32) ‖ ciphertext with tag (48)
//
// The commitment makes it impossible to build one wrapped key that opens under two wrapping keys (a partitioning oracle
// on passphrases; Len, Grubbs, Ristenpart, USENIX Security 2021). No caller ever gives a nonce.
#pragma once

#include <array>

#include <strongroom/base/bytes.h>

#include "daemon/vault/types.h"

namespace strongroom::vault {

inline constexpr std::size_t k_nonce_size = 24;
inline constexpr std::size_t k_commit_size = 32;
inline constexpr std::size_t k_tag_size = 16;
inline constexpr std::size_t k_wrapped_size = k_nonce_size + k_commit_size + k_key_size + k_tag_size;
using WrappedKey = std::array<Byte, k_wrapped_size>;

// Wraps `key` (32 bytes). `wrapping_key` has 32 bytes. Thread-safe, like all of these.
void wrap(BytesView wrapping_key, BytesView associated_data, BytesView key,
          std::span<Byte, k_wrapped_size> out) noexcept;

// Makes a fresh random key in `key` (32 bytes) and wraps it.
void wrap_new(BytesView wrapping_key, BytesView associated_data, MutableBytes key,
              std::span<Byte, k_wrapped_size> out) noexcept;

// The key into `key` (32 bytes). False when it does not open: another wrapping key, other associated data, changed
// bytes; `key` then holds zeros. The commitment is compared in constant time.
[[nodiscard]] bool unwrap(BytesView wrapping_key, BytesView associated_data,
                          std::span<const Byte, k_wrapped_size> wrapped, MutableBytes key) noexcept;

}  // namespace strongroom::vault
