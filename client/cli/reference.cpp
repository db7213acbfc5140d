#include "client/cli/reference.h"

#include <charconv>

namespace strongroom::cli {

namespace {

Error invalid(const char* message) {
  return make_error(ErrorCode::invalid_argument, message, "reference");
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return invalid("'%' in a reference is written %25");
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

Result<std::int64_t> version_of(std::string_view query) {
  constexpr std::string_view k_key = "version=";
  std::int64_t number = 0;
  if (!query.starts_with(k_key)) return invalid("the only parameter of a reference is version=N");
  query.remove_prefix(k_key.size());
  const auto [end, error] = std::from_chars(query.data(), query.data() + query.size(), number);
  if (error != std::errc() || end != query.data() + query.size() || number < 1)
    return invalid("the version of a reference is a whole number from 1");
  return number;
}

}  // namespace

Result<Reference> parse_reference(std::string_view text) {
  Reference reference;
  if (text.starts_with(k_scheme))
    text.remove_prefix(k_scheme.size());
  else if (text.find("://") != std::string_view::npos)
    return invalid("a reference begins with strongroom://");
  if (const auto hash = text.find('#'); hash != std::string_view::npos) {
    STRONGROOM_ASSIGN(reference.field, decoded(text.substr(hash + 1)));
    if (reference.field.empty()) return invalid("the field of the reference is empty");
    text = text.substr(0, hash);
  }
  if (const auto question = text.find('?'); question != std::string_view::npos) {
    STRONGROOM_ASSIGN(reference.version, version_of(text.substr(question + 1)));
    text = text.substr(0, question);
  }
  STRONGROOM_ASSIGN(reference.path, decoded(text));
  if (reference.path.empty()) return invalid("the reference names no path");
  return reference;
}

std::string encoded_part(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case ' ':
        out += "%20";
        break;
      case '#':
        out += "%23";
        break;
      case '?':
        out += "%3F";
        break;
      case '%':
        out += "%25";
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

std::string to_text(const Reference& reference) {
  std::string text = std::string(k_scheme) + encoded_part(reference.path);
  if (reference.version) text += "?version=" + std::to_string(*reference.version);
  if (reference.field != k_default_field) text += "#" + encoded_part(reference.field);
  return text;
}

}  // namespace strongroom::cli
