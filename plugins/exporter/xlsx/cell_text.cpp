#include "plugins/exporter/xlsx/cell_text.h"

#include <algorithm>

#include <strongroom/plugin/export_text.h>

namespace strongroom::xlsx {
namespace {

using plugin::append_escaped;

bool is_noncharacter(std::string_view character) {
  return character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";
}

// Whether an escape begins here: _xHHHH_.
bool begins_escape(std::string_view text) {
  constexpr std::size_t k_size = 7;
  return text.size() >= k_size && text[1] == 'x' && text[k_size - 1] == '_' &&
         std::all_of(text.begin() + 2, text.begin() + k_size - 1,
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); });
}

}  // namespace

std::size_t utf16_size(std::string_view text) noexcept {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    units += (byte & 0xC0) == 0x80 ? 0 : byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

void to_cell_text(std::string& out, std::string_view text) {
  out.clear();
  const auto plain = [text](std::string_view character) {
    const char first = character.front();
    if (first == '_') return !begins_escape(text.substr(static_cast<std::size_t>(character.data() - text.data())));
    return first != '\0' && !is_noncharacter(character);
  };
  const auto escape = [&out](std::string_view character) {
    switch (character.front()) {
      case '_':
        out += "_x005F_";
        return;
      case '\0':
        out += "_x0000_";
        return;
      default:
        out += character.back() == '\xBE' ? "_xFFFE_" : "_xFFFF_";
    }
  };
  append_escaped(out, text, plain, escape);
}

std::string to_property(std::string_view text) {
  std::string out;
  const auto plain = [](std::string_view character) {
    const auto first = static_cast<unsigned char>(character.front());
    return first < 0x20 ? first == '\t' || first == '\n' : !is_noncharacter(character);
  };
  append_escaped(out, text, plain, [&out](std::string_view) { out += plugin::k_replacement; });
  return out;
}

std::string to_sheet_name(std::string_view title, std::size_t most) {
  std::string whole;
  const auto plain = [](std::string_view character) {
    const auto first = static_cast<unsigned char>(character.front());
    return first >= 0x20 && std::string_view("[]:*?/\\'").find(character.front()) == std::string_view::npos &&
           !is_noncharacter(character);
  };
  append_escaped(whole, title, plain, [&whole](std::string_view) { whole += '_'; });
  std::string out;
  std::size_t units = 0;
  for (std::size_t at = 0; at < whole.size();) {
    const std::string_view character = std::string_view(whole).substr(at, plugin::utf8_size(whole, at));
    units += utf16_size(character);
    if (units > most) break;
    out += character;
    at += character.size();
  }
  return out.empty() ? "Sheet" : out;
}

}  // namespace strongroom::xlsx
