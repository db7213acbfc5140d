// The one key derivation: keyed BLAKE2b (RFC 7693) over a length-prefixed label and length-prefixed context parts.
//
//   derive(key, label, parts, n) = BLAKE2b(key = key, digest length = n, no salt, no personalisation,
//                                          data = u32 |label| ‖ label ‖ for each part: u32 |part| ‖ part)
//
// Lengths are little-endian. BLAKE2b hashes its digest length into its parameter block, so outputs of different n are
// unrelated. Python: hashlib.blake2b(data, key=key, digest_size=n).
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>

#include <strongroom/base/bytes.h>

namespace strongroom {

// Fills `out` (16 to 64 bytes) from `key` (16 to 64 bytes). Other sizes are a broken invariant and terminate. Nothing
// derived from the key stays on the stack of this function. Thread-safe.
void derive(BytesView key, std::string_view label, std::span<const BytesView> parts, MutableBytes out) noexcept;

inline void derive(BytesView key, std::string_view label, std::initializer_list<BytesView> parts,
                   MutableBytes out) noexcept {
  derive(key, label, std::span<const BytesView>(parts.begin(), parts.size()), out);
}

// The same without a key, for checksums that anybody may compute.
void checksum(std::string_view label, std::initializer_list<BytesView> parts, MutableBytes out) noexcept;

}  // namespace strongroom
