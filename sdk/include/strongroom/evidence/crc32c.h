// CRC32C (Castagnoli; RFC 3720, appendix B.4), which tells a torn frame from a whole one. It protects from nobody.
#pragma once

#include <cstdint>

#include <strongroom/base/bytes.h>

namespace strongroom::evidence {

// Of `bytes` behind those of which `before` is the CRC. By the processor's instruction where there is one.
std::uint32_t crc32c(BytesView bytes, std::uint32_t before = 0) noexcept;

}  // namespace strongroom::evidence
