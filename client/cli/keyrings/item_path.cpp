#include "client/cli/keyrings/item_path.h"

#include <unordered_map>

#include <strongroom/protocol/json.h>

namespace strongroom::cli::keyrings {

namespace {

bool is_control(std::string_view character) noexcept {
  const auto first = static_cast<unsigned char>(character.front());
  if (first < 0x20 || first == 0x7f) return true;
  return first == 0xc2 && character.size() == 2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

// The character at the beginning of `text`; one byte where that is no UTF-8.
std::string_view first_character(std::string_view text) {
  constexpr std::size_t k_longest_character = 4;
  for (std::size_t size = 1; size <= k_longest_character && size <= text.size(); ++size)
    if (protocol::is_utf8(text.substr(0, size))) return text.substr(0, size);
  return text.substr(0, 1);
}

// Calls `take` with each character and whether a segment of a path can hold it.
template <class Take>
void for_each_character(std::string_view text, Take take) {
  while (!text.empty()) {
    const std::string_view character = first_character(text);
    take(character, protocol::is_utf8(character) && !is_control(character) && character != "/");
    text.remove_prefix(character.size());
  }
}

std::string segment_of(std::string_view name) {
  std::string out;
  for_each_character(name, [&](std::string_view character, bool fits) { out += fits ? character : "_"; });
  if (out.empty()) return "unnamed";
  return out == "." ? "_" : out == ".." ? "__" : out;
}

std::string encoded(std::string_view name) {
  constexpr std::string_view k_digits = "0123456789ABCDEF";
  std::string out;
  for_each_character(name, [&](std::string_view character, bool fits) {
    if (fits && character != "%") {
      out += character;
      return;
    }
    for (const char byte : character) {
      const auto number = static_cast<unsigned char>(byte);
      out += {'%', k_digits[number >> 4U], k_digits[number & 15U]};
    }
  });
  return out;
}

struct Path {
  std::string text;
  bool says_the_names = true;
};

Path path_of(const ForeignItem& item, std::string_view folder) {
  Path path{std::string(folder)};
  if (item.names.empty() && folder.empty()) path.text = segment_of("");
  for (const auto& name : item.names) {
    const std::string segment = segment_of(name);
    if (segment != name) path.says_the_names = false;
    if (!path.text.empty()) path.text += '/';
    path.text += segment;
  }
  return path;
}

std::string original_name(const ForeignItem& item) {
  std::string out;
  for (const auto& name : item.names) {
    if (&name != &item.names.front()) out += '/';
    out += encoded(name);
  }
  return out;
}

}  // namespace

std::vector<std::string> paths_for(std::vector<ForeignItem>& items, std::string_view folder) {
  std::vector<std::string> paths;
  std::unordered_map<std::string, std::size_t> taken;  // a path, and the last number that was tried behind it
  for (auto& item : items) {
    auto [text, says_the_names] = path_of(item, folder);
    if (!taken.try_emplace(text, 1).second) {
      std::size_t& number = taken[text];
      std::string numbered;
      do numbered = text + "-" + std::to_string(++number);
      while (taken.contains(numbered));
      text = std::move(numbered);
      taken.try_emplace(text, 1);
      says_the_names = false;
    }
    if (!says_the_names) add_detail(item, k_original_name, original_name(item));
    paths.push_back(std::move(text));
  }
  return paths;
}

}  // namespace strongroom::cli::keyrings
