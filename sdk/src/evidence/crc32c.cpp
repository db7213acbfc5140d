#include <strongroom/evidence/crc32c.h>

#include <boost/crc.hpp>

namespace strongroom::evidence {
namespace {

std::uint32_t by_table(BytesView bytes, std::uint32_t before) noexcept {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc(before);
  // The template takes the remainder before the final exclusive or.
  crc.reset(before ^ 0xFFFFFFFF);
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t by_instruction(BytesView bytes, std::uint32_t before) noexcept {
  std::uint64_t crc = before ^ 0xFFFFFFFF;
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    crc = __builtin_ia32_crc32di(crc, word);
  }
  for (; at < bytes.size(); ++at) crc = __builtin_ia32_crc32qi(static_cast<std::uint32_t>(crc), bytes[at]);
  return static_cast<std::uint32_t>(crc) ^ 0xFFFFFFFF;
}
#endif

}  // namespace

std::uint32_t crc32c(BytesView bytes, std::uint32_t before) noexcept {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  if (has_instruction) return by_instruction(bytes, before);
#endif
  return by_table(bytes, before);
}

}  // namespace strongroom::evidence
