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
constexpr std::size_t k_most_bytes = 8192 - 64;  // labels and metadata together

struct Range {
  char32_t first;
  char32_t last;
};

// Characters that neither change nor join others in normal form C (NFC_Quick_Check=Yes, combining class 0): of most
// scripts that are written without combining marks. No control characters.
constexpr Range k_settled[] = {
    {0x20, 0x7e},     {0xa0, 0x2ff},      {0x370, 0x373},    {0x375, 0x37d},   {0x37f, 0x386},   {0x388, 0x482},
    {0x48a, 0x590},   {0x1e00, 0x1eff},   {0x2002, 0x20cf},  {0x2190, 0x2328}, {0x232b, 0x2adb}, {0x3000, 0x3029},
    {0x3030, 0x3098}, {0x309b, 0x31ff},   {0x3400, 0x4dbf},  {0x4e00, 0x9fff}, {0xac00, 0xd7a3}, {0xfe00, 0xfe0f},
    {0xff01, 0xffef}, {0x1f000, 0x1faff}, {0x20000, 0x2f7ff}};

// The first character of well-formed UTF-8, which is taken away.
char32_t next_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  char32_t character = size == 1 ? first : first & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) character = (character << 6U) | (static_cast<unsigned char>(text[i]) & 0x3fU);
  text.remove_prefix(size);
  return character;
}

bool is_line(std::string_view text, std::size_t longest) {
  if (text.empty() || text.size() > longest || !protocol::is_utf8(text)) return false;
  while (!text.empty()) {
    const char32_t one = next_character(text);
    if (std::ranges::none_of(k_settled, [&](const Range& range) { return range.first <= one && one <= range.last; }))
      return false;
  }
  return true;
}

std::size_t bytes_of_details(const ForeignItem& item) {
  std::size_t bytes = 0;
  for (const auto& label : item.labels) bytes += label.size();
  for (const auto& [name, value] : item.metadata) bytes += name.size() + value.size();
  return bytes;
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
  if (!is_line(name, k_longest_word)) {
    if (!value.empty()) add_field(item, "detail", Secret(as_bytes(std::string(name) + ": " + std::string(value))));
    return;
  }
  const bool fits = is_line(value, k_longest_metadata) && item.metadata.size() < k_most_metadata &&
                    bytes_of_details(item) + name.size() + value.size() <= k_most_bytes;
  if (fits && !item.metadata.contains(std::string(name)))
    item.metadata.emplace(name, value);
  else
    add_field(item, name, Secret(as_bytes(value)));
}

void add_label(ForeignItem& item, std::string_view label) {
  const bool fits = is_line(label, k_longest_word) && bytes_of_details(item) + label.size() <= k_most_bytes;
  if (fits && item.labels.size() < k_most_labels)
    item.labels.emplace_back(label);
  else
    add_detail(item, "label", label);
}

void add_note(ForeignItem& item, std::string_view sentence) {
  if (!item.note.empty()) item.note += "; ";
  item.note += sentence;
}

}  // namespace strongroom::cli::keyrings
