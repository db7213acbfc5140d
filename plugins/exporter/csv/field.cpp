#include "plugins/exporter/csv/field.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <strongroom/plugin/export_text.h>

namespace strongroom::csv {
namespace {

using plugin::append_utf8;

// What a byte of a field asks for.
constexpr std::uint8_t k_quotes = 1;  // the field is quoted
constexpr std::uint8_t k_doubled = 2;
constexpr std::uint8_t k_wide = 4;  // part of a character that is not ASCII

constexpr std::array<std::uint8_t, 256> k_needs = [] {
  std::array<std::uint8_t, 256> out{};
  out[','] = out['\r'] = out['\n'] = k_quotes;
  out['"'] = k_quotes | k_doubled;
  for (std::size_t i = 0x80; i < 256; ++i) out[i] = k_wide;
  return out;
}();

// White space and invisible characters beyond ASCII that spreadsheets pass over.
constexpr std::string_view k_blanks[] = {
    "\xC2\x85",      // next line
    "\xC2\xA0",      // no-break space
    "\xE1\x9A\x80",  // ogham space mark
    "\xE2\x81\x9F",  // medium mathematical space
    "\xE3\x80\x80",  // ideographic space
    "\xEF\xBB\xBF",  // zero width no-break space
};

constexpr std::string_view k_full_width[] = {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};

// The size of the blank of more than one byte at the beginning of `text`; 0 when there is none.
std::size_t wide_blank(std::string_view text) noexcept {
  for (const auto blank : k_blanks)
    if (text.starts_with(blank)) return blank.size();
  // U+2000 to U+200F and U+2028 to U+202F: spaces, line ends and marks of direction.
  if (text.size() >= 3 && text.starts_with("\xE2\x80")) {
    const auto last = static_cast<unsigned char>(text[2]);
    if ((last >= 0x80 && last <= 0x8F) || (last >= 0xA8 && last <= 0xAF)) return 3;
  }
  return 0;
}

bool begins_wide_formula(std::string_view text) noexcept {
  while (const std::size_t size = wide_blank(text)) {
    text.remove_prefix(size);
    if (looks_like_formula(text)) return true;
  }
  return std::any_of(std::begin(k_full_width), std::end(k_full_width),
                     [&](std::string_view sign) { return text.starts_with(sign); });
}

void append_doubled(std::string& out, std::string_view text) {
  for (auto quote = text.find('"'); quote != std::string_view::npos; quote = text.find('"')) {
    append_utf8(out, text.substr(0, quote + 1));
    out += '"';
    text.remove_prefix(quote + 1);
  }
  append_utf8(out, text);
}

}  // namespace

bool looks_like_formula(std::string_view text) noexcept {
  for (; !text.empty(); text.remove_prefix(1)) {
    const auto byte = static_cast<unsigned char>(text.front());
    if (byte == '=' || byte == '+' || byte == '-' || byte == '@' || byte == '\t' || byte == '\r') return true;
    if (byte >= 0x80) return begins_wide_formula(text);
    if (byte > 0x20 && byte != 0x7F) return false;
  }
  return false;
}

void append_field(std::string& out, std::string_view text, Formulas formulas) {
  std::uint8_t needs = text.empty() ? k_quotes : 0;
  for (const char c : text) needs |= k_needs[static_cast<unsigned char>(c)];
  const bool formula = formulas == Formulas::neutralise && looks_like_formula(text);
  if ((needs & k_quotes) != 0) out += '"';
  if (formula) out += '\'';
  if ((needs & k_doubled) != 0)
    append_doubled(out, text);
  else if ((needs & k_wide) != 0)
    append_utf8(out, text);
  else
    out += text;
  if ((needs & k_quotes) != 0) out += '"';
}

}  // namespace strongroom::csv
