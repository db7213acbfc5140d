// The keys of an age file and how one is made from another.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include <strongroom/age/recipient.h>
#include <strongroom/base/secret.h>

namespace strongroom::age {

inline constexpr std::size_t k_file_key = 16;
inline constexpr std::size_t k_wrapped_key = 32;  // a file key with its tag
inline constexpr std::size_t k_nonce = 16;        // of the content's key
inline constexpr std::size_t k_mac = 32;
inline constexpr std::size_t k_tag = 16;
inline constexpr std::string_view k_intro = "age-encryption.org/v1";

// Lets libsodium choose what is fastest on this processor. Without it everything is right, and slow. Thread-safe.
void choose_implementations() noexcept;

// HKDF-SHA-256 (RFC 5869), 32 bytes.
Secret hkdf(BytesView key, BytesView salt, std::string_view info);

// HMAC-SHA-256 of a header up to and including its "---", under a key that is made of the file key.
std::array<Byte, k_mac> header_mac(BytesView file_key, std::string_view header);

// The key of the content.
Secret content_key(BytesView file_key, BytesView nonce);

// A new file key.
Secret make_file_key();

// The file key under a key that wraps nothing else (ChaCha20-Poly1305).
std::array<Byte, k_wrapped_key> wrap(const Secret& file_key, const Secret& key);

// The file key again, or an empty one when `key` is another. `wrapped` is k_wrapped_key bytes.
Secret unwrap(BytesView wrapped, const Secret& key);

// Base64 without padding, as age writes it.
std::string base64(BytesView bytes);
// Its only reading: canonical and unpadded. Errors: corrupt.
Result<Bytes> from_base64(std::string_view text);

}  // namespace strongroom::age
