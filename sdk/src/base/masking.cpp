#include <strongroom/base/masking.h>

#include <algorithm>

#include <strongroom/base/masking_rules.h>

#include "masking_words.h"

namespace strongroom {

namespace {

using namespace masking;

constexpr std::string_view k_mask = "***";
constexpr std::size_t k_hidden_whole = 8;
constexpr auto k_nowhere = std::string_view::npos;

// One pass. Every look ahead ends where the pass goes on, or is remembered.
class Masker {
 public:
  explicit Masker(std::string_view text) : text_(text) {}

  std::string run() {
    out_.reserve(text_.size());
    while (at_ < text_.size()) {
      if (is(text_[at_], k_word))
        word();
      else if (text_[at_] == ':' && text_.substr(at_).starts_with("://"))
        url();
      else
        ++at_;
    }
    give_out(text_.size());
    return std::move(out_);
  }

 private:
  void give_out(std::size_t until) {
    out_.append(text_.substr(given_, until - given_));
    given_ = until;
  }

  // Hides what is between, but for what the rule keeps, and goes on behind it.
  void hide(std::size_t start, std::size_t end, const MaskingRule& rule) {
    const std::size_t size = end - start;
    const bool whole = size <= std::max(k_hidden_whole, rule.first + rule.last);
    give_out(whole ? start : start + rule.first);
    out_.append(k_mask);
    given_ = whole ? end : end - rule.last;
    at_ = end;
  }

  char character(std::size_t at) const { return at < text_.size() ? text_[at] : '\n'; }

  std::size_t end_of(std::size_t at, unsigned classes) const {
    while (at < text_.size() && is(text_[at], classes)) ++at;
    return at;
  }

  void word() {
    const std::size_t start = at_;
    const std::size_t end = end_of(start, k_word);
    const std::string_view word = text_.substr(start, end - start);
    const char next = character(end);
    if (next == ' ' && word.ends_with("-----BEGIN") && !text_.substr(end + 1).starts_with(k_mask)) return block(end);
    if (is(next, k_behind_name) && (member(word, end) || phrase(word, end))) return;
    if (is(next, k_joint) && joined(start)) return;
    if (word.size() >= k_shortest_key && key(word, start)) return;
    at_ = end;
  }

  void block(std::size_t begun) {
    constexpr std::string_view k_end = "-----END ";
    constexpr std::size_t k_longest_label = 64;
    give_out(begun + 1);
    out_.append(k_mask);
    at_ = text_.find(k_end, begun);
    if (at_ == k_nowhere) {
      at_ = text_.size();
    } else {
      at_ += k_end.size();
      const auto dashes = text_.substr(at_, k_longest_label).find("-----");
      if (dashes != k_nowhere) at_ += dashes + 5;
    }
    given_ = at_;
  }

  // "user:password@host". An '@' far behind a port does not make a password of it.
  void url() {
    at_ += 3;
    if (at_ >= stretch_end_) {
      stretch_end_ = end_of(at_, k_in_url);
      const auto at_sign = text_.substr(at_, stretch_end_ - at_).rfind('@');
      at_sign_ = at_sign == k_nowhere ? at_ : at_ + at_sign;
    }
    if (at_sign_ <= at_) return;
    const auto colon = text_.substr(at_, at_sign_ - at_).find(':');
    if (colon == k_nowhere) return;
    const std::size_t start = at_ + colon + 1;
    if (character(end_of(start, k_digit)) == '/' || start == at_sign_) return;
    hide(start, at_sign_, k_url_rule);
  }

  // Behind what stands between a name and its value; nowhere when nothing does.
  std::size_t behind_separator(std::string_view name, std::size_t end) const {
    if (text_[end] == '>') return name.size() < end && text_[end - name.size() - 1] == '<' ? end + 1 : k_nowhere;
    std::size_t at = end_of(end_of(end, k_quoting), k_blank);
    if (name.starts_with("--") && at > end && is(text_[end], k_blank) && character(at) != '=') return at;
    const char mark = character(at);
    if ((mark != ':' && mark != '=') || (mark == ':' && character(at + 1) == ':')) return k_nowhere;
    if (character(++at) == '>') ++at;
    return end_of(at, k_blank);
  }

  bool member(std::string_view name, std::size_t end) {
    const std::size_t begin = behind_separator(name, end);
    if (begin >= text_.size()) return false;
    const MaskingRule* const rule = member_rule(name);
    if (rule == nullptr) return false;
    const std::size_t quote = end_of(begin, k_backslash);
    if (text_[end] != '>' && is(character(quote), k_quote)) {
      hide_value(quote + 1, closing(quote + 1, quote - begin), *rule);
    } else if (text_[end] == '>') {
      hide_value(begin, std::min(text_.find('<', begin), text_.size()), *rule);
    } else {
      const bool is_one_word = rule->last != 0 || (name.starts_with("--") && is(text_[end], k_blank));
      hide_value(begin, is_one_word ? end_of(begin, k_in_value) : end_of_line(begin), *rule);
    }
    return true;
  }

  void hide_value(std::size_t start, std::size_t end, const MaskingRule& rule) {
    if (start < end)
      hide(start, end, rule);
    else
      at_ = start;
  }

  // Where the quote stands again, with as many backslashes before it as the opening one has: a quote within has more.
  std::size_t closing(std::size_t start, std::size_t backslashes) const {
    const char quote = text_[start - 1];
    std::size_t before = 0;
    for (std::size_t at = start; at < text_.size(); ++at) {
      if (text_[at] == quote && before % (2 * (backslashes + 1)) == backslashes) return at - backslashes;
      before = text_[at] == '\\' ? before + 1 : 0;
    }
    return text_.size();
  }

  std::size_t end_of_line(std::size_t at) const {
    for (; at < text_.size(); ++at) {
      if (is(text_[at], k_line_end)) return at;
      if (is(text_[at], k_list_mark) && !is(character(at + 1), k_in_list)) return at;
    }
    return at;
  }

  bool phrase(std::string_view name, std::size_t end) {
    if (name.size() != k_phrase_rule.begins.size() || !is_phrase(name)) return false;
    const std::size_t start = end_of(end, k_behind_name);
    const std::size_t stop = end_of(start, k_word | k_in_token);
    if (stop - start < k_phrase_rule.shortest) return false;
    hide(start, stop, k_phrase_rule);
    return true;
  }

  // Base64 with '/' and '+' within.
  bool joined(std::size_t start) {
    if (start < joined_end_) return false;
    joined_end_ = end_of(start, k_word | k_joint);
    if (!is_random_joined(text_.substr(start, joined_end_ - start))) return false;
    hide(start, joined_end_, k_random_rule);
    return true;
  }

  bool key(std::string_view word, std::size_t start) {
    const Key found = find_key(word);
    if (found.rule == nullptr) {
      if (!is_grouped(word) && !is_random(word)) return false;
      hide(start, start + word.size(), k_random_rule);
      return true;
    }
    if (is_random(word.substr(0, found.at))) hide(start, start + found.at, k_random_rule);
    std::size_t end = start + word.size();
    if (found.rule->shape == MaskingShape::token) end = end_of(end, k_word | k_in_token);
    hide(start + found.at, end, *found.rule);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t given_ = 0;  // what is before has been put out
  std::string out_;
  std::size_t joined_end_ = 0;   // up to here words are known not to be one random string
  std::size_t stretch_end_ = 0;  // of the URL, or several of them without a blank between
  std::size_t at_sign_ = 0;      // its last '@'
};

}  // namespace

std::string mask_secrets(std::string_view text) {
  return Masker(text).run();
}

}  // namespace strongroom
