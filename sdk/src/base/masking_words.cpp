#include "masking_words.h"

#include <algorithm>

namespace strongroom::masking {

namespace {

constexpr auto k_nowhere = std::string_view::npos;

constexpr std::size_t longest_name() {
  std::size_t longest = 0;
  for (const auto& rule : k_masking_rules)
    if (rule.shape == MaskingShape::member) longest = std::max(longest, rule.begins.size());
  return longest;
}

// Whether a name that is a member may end with this character: most words do not.
constexpr auto k_ends_name = [] {
  std::array<bool, 256> table{};
  for (const auto& rule : k_masking_rules)
    if (rule.shape == MaskingShape::member) table[static_cast<unsigned char>(rule.begins.back())] = true;
  return table;
}();

char lower(char c) noexcept {
  return is(c, k_upper) ? static_cast<char>(c - 'A' + 'a') : c;
}

// A '%' before it would be "%3Dsk-": the escape ends with a letter or digit too.
bool may_begin(std::string_view word, std::size_t at, std::size_t behind, std::size_t last_digit) noexcept {
  if (at == 0 || !is(word[at - 1], k_alphanumeric)) return true;
  if (last_digit != k_nowhere && last_digit > at) return true;
  const std::string_view next = word.substr(behind, k_shortest_key);
  return next.size() == k_shortest_key && std::ranges::all_of(next, [](char c) { return is(c, k_alphanumeric); });
}

std::size_t find_rule(std::string_view word, const MaskingRule& rule, std::size_t last_digit) noexcept {
  for (std::size_t at = word.find(rule.begins); at != k_nowhere; at = word.find(rule.begins, at + 1)) {
    const std::size_t behind = at + rule.begins.size();
    if (word.size() - behind < rule.shortest) return k_nowhere;
    if (may_begin(word, at, behind, last_digit)) return at;
  }
  return k_nowhere;
}

struct Makeup {
  std::size_t alphanumeric = 0;
  std::size_t changes = 0;
  unsigned classes = 0;
  bool small_hexadecimal = true;
};

Makeup makeup_of(std::string_view text) noexcept {
  Makeup made;
  unsigned before = 0;
  for (const char c : text) {
    const unsigned kind = k_classes[static_cast<unsigned char>(c)] & k_alphanumeric;
    if (kind == 0) continue;
    ++made.alphanumeric;
    made.changes += before != 0 && kind != before ? 1 : 0;
    made.classes |= kind;
    made.small_hexadecimal &= kind == k_digit || (c >= 'a' && c <= 'f');
    before = kind;
  }
  return made;
}

}  // namespace

const MaskingRule* member_rule(std::string_view name) noexcept {
  const char last = lower(name.back());
  if (!is(last, k_dash) && !k_ends_name[static_cast<unsigned char>(last)]) return nullptr;
  std::array<char, longest_name()> tail{};
  std::size_t from = tail.size();
  for (std::size_t at = name.size(); at > 0 && from > 0 && name.size() - at < 2 * tail.size(); --at)
    if (!is(name[at - 1], k_dash)) tail[--from] = lower(name[at - 1]);
  const std::string_view plain(tail.data() + from, tail.size() - from);
  for (const auto& rule : k_masking_rules)
    if (rule.shape == MaskingShape::member && plain.ends_with(rule.begins)) return &rule;
  return nullptr;
}

bool is_phrase(std::string_view name) noexcept {
  return std::ranges::equal(name, k_phrase_rule.begins, {}, lower);
}

Key find_key(std::string_view word) noexcept {
  const std::size_t last_digit = word.find_last_of("0123456789");
  Key first;
  for (const auto& rule : k_masking_rules) {
    if (rule.shape != MaskingShape::key && rule.shape != MaskingShape::token) continue;
    const std::size_t at = find_rule(word, rule, last_digit);
    if (at != k_nowhere && (first.rule == nullptr || at < first.at)) first = {&rule, at};
  }
  return first;
}

bool is_grouped(std::string_view word) noexcept {
  constexpr std::size_t k_group = 6;  // with its '-'
  if (word.size() != the_rule(MaskingShape::grouped).shortest) return false;
  for (std::size_t at = 0; at < word.size(); ++at)
    if (at % k_group == k_group - 1 ? word[at] != '-' : !is(word[at], k_upper | k_digit)) return false;
  return true;
}

bool is_random(std::string_view word) noexcept {
  constexpr std::size_t k_id_digits = 32;
  if (word.size() < k_random_rule.shortest) return false;
  const Makeup made = makeup_of(word);
  if (made.small_hexadecimal && made.alphanumeric == k_id_digits) return false;
  return made.changes * 5 >= word.size();
}

bool is_random_joined(std::string_view run) noexcept {
  if (run.size() < k_random_rule.shortest) return false;
  const Makeup made = makeup_of(run);
  return made.classes == k_alphanumeric && made.changes * 4 >= run.size();
}

}  // namespace strongroom::masking
