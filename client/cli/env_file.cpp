#include "client/cli/env_file.h"

#include <algorithm>
#include <cctype>

namespace strongroom::cli {

namespace {

bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// What a name alone on its line looks like; anything else may be a part of a value whose quotes were forgotten.
bool is_plain_name(std::string_view name) {
  constexpr std::size_t k_longest = 64;
  return name.size() <= k_longest && name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == name.npos;
}

// Long, with capitals, small letters and digits between each other: base64 rather than somebody's name.
bool looks_random(std::string_view name) {
  constexpr std::size_t k_long = 16;
  const auto has = [&](auto is) { return std::ranges::any_of(name, is); };
  return name.size() >= k_long && name.find_first_of("_.-") == name.npos &&
         has([](unsigned char c) { return std::isupper(c) != 0; }) &&
         has([](unsigned char c) { return std::islower(c) != 0; }) &&
         has([](unsigned char c) { return std::isdigit(c) != 0; });
}

class Parser {
 public:
  Parser(std::string_view text, EnvDialect dialect) : text_(text), dialect_(dialect) {}

  Result<std::vector<EnvironmentVariable>> run() {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;  // byte order mark
    std::vector<EnvironmentVariable> found;
    for (; at_ < text_.size(); end_line()) {
      skip_blanks();
      if (at_end_of_line() || text_[at_] == '#') {
        skip_line();
        continue;
      }
      EnvironmentVariable variable;
      variable.line = line_;
      STRONGROOM_CHECK(take_name(variable));
      if (variable.given) {
        dollar_ = false;
        STRONGROOM_ASSIGN(variable.value, take_value());
        variable.dollar = dollar_;
      }
      const auto same = std::ranges::find(found, variable.name, &EnvironmentVariable::name);
      if (same != found.end())
        *same = std::move(variable);
      else
        found.push_back(std::move(variable));
    }
    return found;
  }

 private:
  Error refuse(const char* message) const {
    return make_error(ErrorCode::invalid_argument, message, "line " + std::to_string(line_));
  }

  bool at_end_of_line() const {
    return at_ >= text_.size() || text_[at_] == '\n' || (text_[at_] == '\r' && text_.substr(at_).starts_with("\r\n"));
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  void skip_line() {
    while (!at_end_of_line()) ++at_;
  }

  void end_line() {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
  }

  Status take_name(EnvironmentVariable& variable) {
    constexpr std::string_view k_export = "export";
    if (dialect_ == EnvDialect::dotenv && text_.substr(at_).starts_with(k_export) &&
        at_ + k_export.size() < text_.size() && is_blank(text_[at_ + k_export.size()])) {
      at_ += k_export.size();
      skip_blanks();
    }
    const std::size_t start = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    variable.name = text_.substr(start, at_ - start);
    looks_random_ = looks_random(variable.name);
    if (variable.name.empty() || std::isdigit(static_cast<unsigned char>(variable.name.front())) != 0)
      return refuse("a line begins with NAME=");
    if (dialect_ == EnvDialect::dotenv) skip_blanks();
    if (at_end_of_line() || (dialect_ == EnvDialect::dotenv && text_[at_] == '#')) {
      if (!is_plain_name(variable.name)) return refuse("'=' is missing behind the name");
      skip_line();
      variable.given = false;
      return {};
    }
    const bool colon = dialect_ == EnvDialect::dotenv && text_[at_] == ':' &&
                       variable.name.find_first_of(".-") == std::string::npos && at_ + 1 < text_.size() &&
                       is_blank(text_[at_ + 1]);
    if (text_[at_] != '=' && !colon) return refuse("'=' is missing behind the name");
    ++at_;
    if (dialect_ == EnvDialect::dotenv) skip_blanks();
    return {};
  }

  Result<Secret> take_value() {
    if (dialect_ == EnvDialect::docker) {
      const std::size_t start = at_;
      skip_line();
      return Secret(as_bytes(text_.substr(start, at_ - start)));
    }
    if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'' || text_[at_] == '`')) {
      STRONGROOM_ASSIGN(Secret value, take_quoted(text_[at_]));
      skip_blanks();
      if (!at_end_of_line() && text_[at_] != '#') return refuse("something follows the closing quote");
      skip_line();
      return value;
    }
    const std::size_t start = at_;
    std::size_t end = at_;
    for (; !at_end_of_line(); ++at_) {
      if (text_[at_] == '#' && (at_ == start || is_blank(text_[at_ - 1]))) break;
      if (text_[at_] == '$') dollar_ = true;
      if (!is_blank(text_[at_])) end = at_ + 1;
    }
    const std::string_view value = text_.substr(start, end - start);
    // Its lines, or what ends base64, would be taken for names, and names are shown.
    const bool begins_key = value.starts_with("-----BEGIN ") && value.find("-----END ") == std::string_view::npos;
    if (begins_key || (!value.empty() && value.find_first_not_of('=') == std::string_view::npos) ||
        (value.empty() && looks_random_))
      return refuse("a value that goes over lines stands between quotes");
    skip_line();
    return Secret(as_bytes(value));
  }

  Result<Secret> take_quoted(char quote) {
    WipedBytes value(wiped_heap());
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == quote && !(quote == '\'' && escaped_ == at_)) {
        ++at_;
        return Secret(value);
      }
      if (c == '\n') ++line_;
      if (c == '\\' && quote == '"' && at_ + 1 < text_.size() && take_escape(text_[at_ + 1], value)) {
        ++at_;
        continue;
      }
      if (c == '\\' && quote == '\'' && is_quote_within()) continue;  // the quote itself comes next
      if (c == '$' && quote == '"') dollar_ = true;
      value.push_back(static_cast<unsigned char>(c));
    }
    return refuse("a quote is not closed");
  }

  // Whether the backslash here stands before a quote that is not the closing one: another that can close the
  // value follows on the line. A
  // Windows path that ends in a backslash stays what it is.
  bool is_quote_within() {
    if (at_ + 1 >= text_.size() || text_[at_ + 1] != '\'') return false;
    const std::string_view rest = text_.substr(at_ + 2, std::min(text_.find('\n', at_ + 2), text_.size()) - at_ - 2);
    for (auto quote = rest.find('\''); quote != std::string_view::npos; quote = rest.find('\'', quote + 1)) {
      const auto next = rest.find_first_not_of(" \t\r", quote + 1);
      if (next != std::string_view::npos && rest[next] != '#') continue;
      escaped_ = at_ + 1;
      return true;
    }
    return false;
  }

  static bool take_escape(char c, WipedBytes& value) {
    switch (c) {
      case 'n':
        value.push_back('\n');
        return true;
      case 'r':
        value.push_back('\r');
        return true;
      case 't':
        value.push_back('\t');
        return true;
      case '"':
      case '\\':
      case '$':
        value.push_back(static_cast<unsigned char>(c));
        return true;
      default:
        return false;
    }
  }

  std::string_view text_;
  EnvDialect dialect_;
  bool dollar_ = false;
  bool looks_random_ = false;  // the name of the line
  std::size_t escaped_ = 0;    // place of a quote that is part of its value
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

Result<std::vector<EnvironmentVariable>> parse_env_file(std::string_view text, EnvDialect dialect) {
  return Parser(text, dialect).run();
}

}  // namespace strongroom::cli
