// The keys of an age file and how one is made from another.
#pragma once

#include <strongroom/age/recipient.h>
#include <strongroom/base/secret.h>

namespace strongroom::age {

inline constexpr std::size_t k_file_key = 16;
inline constexpr std::size_t k_wrapped_key = 32;  // a file key with its tag
inline constexpr std::size_t k_nonce = 16;        // of the content's key
inline constexpr std::size_t k_piece = 65536;     // of content; the last one may be shorter
inline constexpr std::size_t k_tag = 16;
inline constexpr std::string_view k_intro = "age-encryption.org/v1";

// HKDF-SHA-256 (RFC 5869), 32 bytes.
Secret hkdf(BytesView key, BytesView salt, std::string_view info);

// HMAC-SHA-256 of a header up to and including its "---", under a key that is made of the file key.
std::array<Byte, 32> header_mac(BytesView file_key, std::string_view header);

// The key of the content.
Secret content_key(BytesView file_key, BytesView nonce);

// Whether a shared secret with `key` is one: false for points of low order.
bool is_usable(const PublicKey& key);

// "-> X25519 ...": the file key for one recipient, with line ends.
Result<std::string> wrap(BytesView file_key, const Recipient& recipient);

// Base64 without padding, as age writes it.
std::string base64(BytesView bytes);

}  // namespace strongroom::age
