#include "client/cli/keyrings/pass_entry.h"

#include <algorithm>
#include <string>

namespace strongroom::cli::keyrings {

namespace {

// With room for notes and one-time passwords below the daemon's bound of 64.
constexpr std::size_t k_most_fields = 56;
constexpr std::size_t k_longest_name = 128;

std::string_view next_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Where the value begins; 0: the line is no field.
std::size_t value_of_field(std::string_view line) {
  const auto colon = line.find(": ");
  if (colon == std::string_view::npos || colon == 0 || colon > k_longest_name) return 0;
  const bool plain = std::ranges::none_of(line.substr(0, colon), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte >= 0x7f;
  });
  const auto value = line.find_first_not_of(' ', colon + 1);
  return plain && value != std::string_view::npos ? value : 0;
}

}  // namespace

void take_pass_entry(std::string_view text, ForeignItem& item) {
  add_field(item, "value", Secret(as_bytes(next_line(text))));
  WipedString notes(wiped_heap());
  bool in_notes = false;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (line.starts_with("otpauth://") && item.fields.size() <= k_most_fields) {
      add_field(item, "otp", Secret(as_bytes(line)));
      continue;
    }
    const std::size_t value = in_notes || item.fields.size() >= k_most_fields ? 0 : value_of_field(line);
    if (value > 0) {
      add_field(item, line.substr(0, line.find(": ")), Secret(as_bytes(line.substr(value))));
      continue;
    }
    if (in_notes) notes += '\n';
    notes += line;
    in_notes = true;
  }
  add_field(item, "notes", Secret(as_bytes(notes)));
}

}  // namespace strongroom::cli::keyrings
