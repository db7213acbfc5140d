// Ed25519 (RFC 8032, pure: no prehash) over libsodium. Functions keep no state and are thread-safe.
#pragma once

#include <array>

#include <strongroom/base/bytes.h>

namespace strongroom::evidence {

constexpr std::size_t k_ed25519_size = 32;  // of a seed and of a public key
using Ed25519PublicKey = std::array<Byte, k_ed25519_size>;
using Ed25519Signature = std::array<Byte, 64>;

// Signing with the 32-byte seed of a key; `invalid_argument` for a seed of another size. What is made of the seed on
// the way is wiped before they return; the seed itself stays the caller's.
struct Ed25519 {
  static Result<Ed25519PublicKey> public_key(BytesView seed);
  static Result<Ed25519Signature> sign(BytesView seed, BytesView message);
};

// False for a wrong signature, a key that is no point or of small order, and for sizes other than 32 and 64 bytes.
bool ed25519_verify(BytesView public_key, BytesView message, BytesView signature) noexcept;

}  // namespace strongroom::evidence
