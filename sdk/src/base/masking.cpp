#include <strongroom/base/masking.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace strongroom {

namespace {

constexpr std::string_view k_mask = "***";

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
}

bool is_token(char c) {
  return is_word(c) || c == '.' || c == '+' || c == '/' || c == '=';
}

std::string_view word_at(std::string_view text, std::size_t start, bool (*belongs)(char)) {
  std::size_t end = start;
  while (end < text.size() && belongs(text[end])) ++end;
  return text.substr(start, end - start);
}

std::string kept(std::string_view value, std::size_t first, std::size_t last) {
  if (value.size() <= first + last || value.size() <= 8) return std::string(k_mask);
  return std::string(value.substr(0, first)).append(k_mask).append(value.substr(value.size() - last));
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool looks_random(std::string_view token) {
  if (token.size() < 32) return false;
  const auto any = [&](int (*is)(int)) {
    return std::ranges::any_of(token, [&](unsigned char c) { return is(c) != 0; });
  };
  const auto slashes = std::ranges::count(token, '/');
  return any(std::isupper) && any(std::islower) && any(std::isdigit) && slashes <= static_cast<long>(token.size() / 16);
}

enum class Member { none, api_key, secret };

Member member_kind(std::string_view name) {
  std::string plain;
  for (const char c : lower(name))
    if (c != '-' && c != '_') plain.push_back(c);
  if (plain.ends_with("apikey")) return Member::api_key;
  constexpr std::array k_secret{"password", "passwd", "passphrase", "secret", "token", "authorization", "recoverycode"};
  for (const std::string_view word : k_secret)
    if (plain.ends_with(word)) return Member::secret;
  return Member::none;
}

class Masker {
 public:
  explicit Masker(std::string_view text) : text_(text) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (text_.substr(at_).starts_with("-----BEGIN ")) {
        out_.append("-----BEGIN ").append(k_mask);
        break;
      }
      if (text_.substr(at_).starts_with("://")) {
        url();
      } else if (is_token(text_[at_])) {
        token();
      } else {
        out_.push_back(text_[at_++]);
      }
    }
    return std::move(out_);
  }

 private:
  // user:password@host
  void url() {
    out_.append("://");
    at_ += 3;
    const auto end = std::min(text_.find_first_of(" /\"'", at_), text_.size());
    const std::string_view authority = text_.substr(at_, end - at_);
    const auto host = authority.rfind('@');
    const auto colon = authority.find(':');
    if (host == std::string_view::npos || colon == std::string_view::npos || colon > host) return;
    out_.append(authority.substr(0, colon + 1)).append(k_mask);
    at_ += host;
  }

  void token() {
    const std::string_view name = word_at(text_, at_, is_word);
    if (!name.empty()) {
      if (lower(name) == "bearer" && value_after(name.size(), " ")) return;
      const Member kind = member_kind(name);
      if (kind != Member::none && member_value(name.size(), kind)) return;
    }
    const std::string_view whole = word_at(text_, at_, is_token);
    // A key ends where its word ends; a JWT has dots between its words.
    const std::string_view shown = name.size() >= 20 && !name.starts_with("eyJ") ? name : whole;
    out_.append(masked(shown));
    at_ += shown.size();
  }

  static std::string masked(std::string_view token) {
    if (token.starts_with("sk-ant-") && token.size() >= 27) return kept(token, 7, 4);
    if (token.starts_with("sk-") && token.size() >= 23) return kept(token, 3, 4);
    if (token.starts_with("AIza") && token.size() >= 34) return kept(token, 4, 4);
    if (token.starts_with("eyJ") && token.size() >= 20) return std::string(k_mask);
    if (looks_random(token)) return std::string(k_mask);
    return std::string(token);
  }

  // A name's separator and value: `: `, `=`, quotes around either.
  bool member_value(std::size_t name, Member kind) {
    std::size_t start = at_ + name;
    if (start < text_.size() && (text_[start] == '"' || text_[start] == '\'')) ++start;
    while (start < text_.size() && text_[start] == ' ') ++start;
    if (start >= text_.size() || (text_[start] != ':' && text_[start] != '=')) return false;
    ++start;
    while (start < text_.size() && text_[start] == ' ') ++start;
    const char quote = start < text_.size() && (text_[start] == '"' || text_[start] == '\'') ? text_[start] : '\0';
    if (quote != '\0') ++start;
    const auto end =
        quote != '\0' ? std::min(text_.find(quote, start), text_.size())
                      : std::min(text_.find_first_of(kind == Member::secret ? "\n,;}" : " \n,;}", start), text_.size());
    if (end == start) return false;
    out_.append(text_.substr(at_, start - at_));
    out_.append(kind == Member::api_key ? kept(text_.substr(start, end - start), 3, 4) : std::string(k_mask));
    at_ = end;
    return true;
  }

  bool value_after(std::size_t name, std::string_view separator) {
    if (!text_.substr(at_ + name).starts_with(separator)) return false;
    const std::string_view value = word_at(text_, at_ + name + separator.size(), is_token);
    if (value.size() < 8) return false;
    out_.append(text_.substr(at_, name)).append(separator).append(k_mask);
    at_ += name + separator.size() + value.size();
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string mask_secrets(std::string_view text) {
  return Masker(text).run();
}

}  // namespace strongroom
