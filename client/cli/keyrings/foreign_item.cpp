#include "client/cli/keyrings/foreign_item.h"

#include <algorithm>

#include <strongroom/protocol/json.h>

namespace strongroom::cli::keyrings {

namespace {

// What the daemon takes (docs/secrets.md), with room for the metadata that an import adds.
constexpr std::size_t k_most_fields = 64;
constexpr std::size_t k_most_metadata = 60;
constexpr std::size_t k_most_labels = 32;
constexpr std::size_t k_longest_word = 128;
constexpr std::size_t k_longest_metadata = 512;

bool is_line(std::string_view text, std::size_t longest) {
  if (text.empty() || text.size() > longest || !protocol::is_utf8(text)) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return false;
    // U+0080 to U+009F are C2 80 to C2 9F.
    if (c == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0) return false;
  }
  return true;
}

bool has_field(const ForeignItem& item, std::string_view name) {
  return std::ranges::any_of(item.fields, [&](const auto& field) { return field.name == name; });
}

}  // namespace

void add_field(ForeignItem& item, std::string_view name, Secret value) {
  if (value.empty()) return;
  if (item.fields.size() >= k_most_fields) {
    item.problem = "it has more than 64 fields, which is the most that a secret has";
    return;
  }
  std::string free(name.empty() ? "unnamed" : name);
  for (int number = 2; has_field(item, free); ++number)
    free = std::string(name.empty() ? "unnamed" : name) + "-" + std::to_string(number);
  item.fields.push_back({std::move(free), std::move(value)});
}

void add_detail(ForeignItem& item, std::string_view name, std::string_view value) {
  const bool fits = is_line(name, k_longest_word) && is_line(value, k_longest_metadata);
  if (fits && item.metadata.size() < k_most_metadata && !item.metadata.contains(std::string(name)))
    item.metadata.emplace(name, value);
  else
    add_field(item, name, Secret(as_bytes(value)));
}

void add_label(ForeignItem& item, std::string_view label) {
  if (is_line(label, k_longest_word) && item.labels.size() < k_most_labels)
    item.labels.emplace_back(label);
  else
    add_detail(item, "label", label);
}

void add_note(ForeignItem& item, std::string_view sentence) {
  if (!item.note.empty()) item.note += "; ";
  item.note += sentence;
}

}  // namespace strongroom::cli::keyrings
