#include "sdk/src/evidence/text.h"

#include <algorithm>
#include <charconv>

#include <strongroom/evidence/note.h>

namespace strongroom::evidence {
namespace {

constexpr char32_t k_ill_formed = 0xffffffff;

// Takes one code point off `rest`, which is not empty; k_ill_formed where RFC 3629 allows none.
char32_t take_code_point(std::string_view& rest) noexcept {
  const auto byte = [&](std::size_t at) { return static_cast<char32_t>(static_cast<unsigned char>(rest[at])); };
  const char32_t first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  if (length == 0 || rest.size() < length) return k_ill_formed;
  char32_t point = length == 1 ? first : first & (0xffu >> (length + 1));
  for (std::size_t at = 1; at < length; ++at) {
    if ((byte(at) & 0xc0) != 0x80) return k_ill_formed;
    point = point << 6 | (byte(at) & 0x3f);
  }
  // Overlong forms, surrogates and what lies behind the last plane.
  const bool is_overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  if (is_overlong || (point >= 0xd800 && point <= 0xdfff) || point > 0x10ffff) return k_ill_formed;
  rest.remove_prefix(length);
  return point;
}

// The property White_Space of Unicode.
bool is_space(char32_t c) noexcept {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

template <class Allowed>
bool consists_of(std::string_view text, Allowed allowed) noexcept {
  while (!text.empty())
    if (const char32_t c = take_code_point(text); c == k_ill_formed || !allowed(c)) return false;
  return true;
}

}  // namespace

std::optional<std::string_view> take_line(std::string_view& rest) noexcept {
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

Result<std::uint64_t> decimal_of(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_canonical = text == "0" || !text.starts_with('0');
  if (problem != std::errc() || end != text.data() + text.size() || !is_canonical)
    return make_error(ErrorCode::invalid_argument, "the number is not a canonical decimal");
  return value;
}

std::string base64_text(BytesView bytes) {
  std::string text(base64_size(bytes.size()), '\0');
  base64_encode(bytes, text.data());
  return text;
}

Result<Bytes> base64_bytes(std::string_view text) {
  Bytes bytes(3 * (text.size() / 4));
  STRONGROOM_ASSIGN(const std::size_t size, base64_decode(text, bytes.data()));
  bytes.resize(size);
  return bytes;
}

Result<Hash> base64_hash(std::string_view text) {
  Hash hash;
  if (text.size() != base64_size(hash.size()))
    return make_error(ErrorCode::invalid_argument, "this is not the base64 of 32 bytes");
  STRONGROOM_ASSIGN(const Bytes bytes, base64_bytes(text));
  if (bytes.size() != hash.size()) return make_error(ErrorCode::invalid_argument, "this is not the base64 of 32 bytes");
  std::ranges::copy(bytes, hash.begin());
  return hash;
}

Result<std::vector<Hash>> take_hashes(std::string_view& rest, std::size_t max) {
  std::vector<Hash> hashes;
  for (;;) {
    const auto line = take_line(rest);
    if (!line) return make_error(ErrorCode::invalid_argument, "no empty line stands behind the hashes of the proof");
    if (line->empty()) return hashes;
    if (hashes.size() == max)
      return make_error(ErrorCode::too_large, "the proof has more hashes than a tree has levels");
    STRONGROOM_ASSIGN(const Hash hash, base64_hash(*line));
    hashes.push_back(hash);
  }
}

bool is_note_text(std::string_view text) noexcept {
  return consists_of(text, [](char32_t c) { return c >= 0x20 || c == '\n'; });
}

bool is_key_name(std::string_view name) noexcept {
  return !name.empty() && consists_of(name, [](char32_t c) { return c > 0x20 && c != '+' && !is_space(c); });
}

}  // namespace strongroom::evidence
