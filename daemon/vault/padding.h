// Padding, so that a ciphertext's length says little about its plaintext's.
//
// A field is padded as: u32 real length ‖ plaintext ‖ zeros, to padded_size(real length).
#pragma once

#include <cstddef>
#include <optional>

#include <strongroom/base/bytes.h>

namespace strongroom::vault {

inline constexpr std::size_t k_length_prefix = 4;
// The largest plaintext of one field (research 2.2).
inline constexpr std::size_t k_max_field = 16 * 1024 * 1024;

// The padded size, prefix included, of a plaintext of `size` bytes: with L = size + 4, the first of 16, 32, 64, 128,
// 256 that holds L; above 256 L rounded up to a multiple of 2^(k-3), where 2^k < L <= 2^(k+1), which adds at most 12.5
// %.
std::size_t padded_size(std::size_t size) noexcept;

// The real length of a padded plaintext; nothing when the prefix and the padded size do not belong together.
std::optional<std::size_t> unpadded_size(BytesView padded) noexcept;

}  // namespace strongroom::vault
