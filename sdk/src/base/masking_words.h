// What the masking pass asks about characters and single words.
#pragma once

#include <array>
#include <string_view>

#include <strongroom/base/masking_rules.h>

namespace strongroom::masking {

// Classes of characters.
inline constexpr unsigned k_upper = 1u << 0;
inline constexpr unsigned k_lower = 1u << 1;
inline constexpr unsigned k_digit = 1u << 2;
inline constexpr unsigned k_alphanumeric = k_upper | k_lower | k_digit;
inline constexpr unsigned k_dash = 1u << 3;  // '-' and '_'
inline constexpr unsigned k_word = k_alphanumeric | k_dash;
inline constexpr unsigned k_joint = 1u << 4;     // '/' and '+'
inline constexpr unsigned k_in_token = 1u << 5;  // what tokens have besides: . + / = ~
inline constexpr unsigned k_blank = 1u << 6;     // space and tab
inline constexpr unsigned k_quote = 1u << 7;
inline constexpr unsigned k_backslash = 1u << 8;
inline constexpr unsigned k_quoting = k_quote | k_backslash;
inline constexpr unsigned k_behind_name = 1u << 9;  // what may stand between a name and its value
inline constexpr unsigned k_line_end = 1u << 10;
inline constexpr unsigned k_list_mark = 1u << 11;  // , ; }
inline constexpr unsigned k_in_value = 1u << 12;   // of a value without quotes that is one word
inline constexpr unsigned k_in_url = 1u << 13;
inline constexpr unsigned k_in_list = 1u << 14;  // behind a list mark: the value goes on

constexpr unsigned classes_of(unsigned char c) {
  const auto one_of = [c](std::string_view set) { return set.find(static_cast<char>(c)) != std::string_view::npos; };
  unsigned out = 0;
  if (c >= 'A' && c <= 'Z') out |= k_upper;
  if (c >= 'a' && c <= 'z') out |= k_lower;
  if (c >= '0' && c <= '9') out |= k_digit;
  if (one_of("-_")) out |= k_dash;
  if (one_of("/+")) out |= k_joint;
  if (one_of(".+/=~")) out |= k_in_token;
  if (one_of(" \t")) out |= k_blank;
  if (one_of("\"'`")) out |= k_quote;
  if (c == '\\') out |= k_backslash;
  if (one_of(" \t\"'`\\:=>")) out |= k_behind_name;
  if (one_of("\r\n")) out |= k_line_end;
  if (one_of(",;}")) out |= k_list_mark;
  if (!one_of(" \t\r\n\"'`,;&<>)}]")) out |= k_in_value;
  if (!one_of(" \t\r\n\"'`<>")) out |= k_in_url;
  if (!one_of(" \t\r\n\"'`}")) out |= k_in_list;
  return out;
}

inline constexpr auto k_classes = [] {
  std::array<unsigned short, 256> table{};
  for (unsigned c = 0; c < table.size(); ++c)
    table[c] = static_cast<unsigned short>(classes_of(static_cast<unsigned char>(c)));
  return table;
}();

inline bool is(char c, unsigned classes) noexcept {
  return (k_classes[static_cast<unsigned char>(c)] & classes) != 0;
}

// Shorter words are no keys.
inline constexpr std::size_t k_shortest_key = 20;

constexpr const MaskingRule& the_rule(MaskingShape shape) {
  for (const auto& rule : k_masking_rules)
    if (rule.shape == shape) return rule;
  return k_masking_rules[0];
}

inline constexpr const MaskingRule& k_phrase_rule = the_rule(MaskingShape::phrase);
inline constexpr const MaskingRule& k_url_rule = the_rule(MaskingShape::url);
inline constexpr const MaskingRule& k_random_rule = the_rule(MaskingShape::random);

// The member that a name, which is not empty, ends with; null: none.
const MaskingRule* member_rule(std::string_view name) noexcept;
bool is_phrase(std::string_view name) noexcept;

struct Key {
  const MaskingRule* rule = nullptr;  // null: none
  std::size_t at = 0;
};

// The first key or token in a word. One that does not begin where a word would (in "\nsk-..." of escaped text) has a
// digit or twenty letters and digits behind its beginning.
Key find_key(std::string_view word) noexcept;

bool is_grouped(std::string_view word) noexcept;
bool is_random(std::string_view word) noexcept;
bool is_random_joined(std::string_view run) noexcept;

}  // namespace strongroom::masking
