#include "daemon/vault/padding.h"

#include <bit>

namespace strongroom::vault {

std::size_t padded_size(std::size_t size) noexcept {
  const std::size_t needed = size + k_length_prefix;
  if (needed <= 16) return 16;
  if (needed <= 256) return std::bit_ceil(needed);
  const std::size_t step = std::bit_floor(needed - 1) / 8;
  return (needed + step - 1) / step * step;
}

std::optional<std::size_t> unpadded_size(BytesView padded) noexcept {
  ByteReader reader(padded);
  const std::size_t size = reader.u32();
  if (!reader.ok() || size > k_max_field || padded_size(size) != padded.size()) return std::nullopt;
  return size;
}

}  // namespace strongroom::vault
