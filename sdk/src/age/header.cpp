#include "sdk/src/age/header.h"

#include <algorithm>

#include <strongroom/age/decryptor.h>

namespace strongroom::age {
namespace {

constexpr std::string_view k_begin_of_stanza = "-> ";
constexpr std::string_view k_begin_of_mac = "---";
constexpr std::string_view k_any_version = "age-encryption.org/";
constexpr std::size_t k_longest_intro = 80;   // of any version
constexpr std::size_t k_body_line = 64;       // letters; a shorter line ends the body
constexpr std::size_t k_most_arguments = 64;  // of a stanza

Error malformed(const char* sentence) {
  return make_error(ErrorCode::corrupt, sentence);
}

Error no_age_file() {
  return malformed("this is no age file");
}

// What may stand in a kind or an argument: printable and no space.
bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

Result<std::size_t> HeaderReader::feed(BytesView bytes) {
  std::size_t taken = 0;
  while (!is_complete() && taken < bytes.size()) {
    const std::string_view left = as_text(bytes.subspan(taken));
    const std::size_t end = left.find('\n');
    const std::string_view part = left.substr(0, end);
    STRONGROOM_CHECK(check_bounds(part.size()));
    line_ += part;
    taken += part.size();
    if (end == std::string_view::npos) break;
    ++taken;
    STRONGROOM_CHECK(take_line());
    line_.clear();
  }
  return taken;
}

Status HeaderReader::check_bounds(std::size_t more) const {
  const std::size_t line = line_.size() + more;
  if (expects_ == Expects::intro && line > k_longest_intro) return no_age_file();
  if (line > k_longest_header_line || header_.text.size() + line + 1 > k_most_header)
    return make_error(ErrorCode::too_large, "the header of the age file or a line in it is too long");
  return {};
}

Status HeaderReader::take_line() {
  if (expects_ == Expects::stanza && line_.starts_with(k_begin_of_mac)) return take_mac();
  header_.text += line_;
  header_.text += '\n';
  if (expects_ == Expects::intro) return take_intro();
  if (expects_ == Expects::stanza) return take_stanza();
  return take_body();
}

Status HeaderReader::take_intro() {
  if (line_ == k_intro) {
    expects_ = Expects::stanza;
    return {};
  }
  const std::string_view version = std::string_view(line_).substr(std::min(line_.size(), k_any_version.size()));
  if (line_.starts_with(k_any_version) && is_word(version))
    return make_error(ErrorCode::unsupported, "this age file is of another version than v1");
  return no_age_file();
}

Status HeaderReader::take_stanza() {
  if (!line_.starts_with(k_begin_of_stanza)) return malformed("a recipient of the age file does not begin as one");
  if (header_.stanzas.size() == k_most_stanzas)
    return make_error(ErrorCode::too_large, "the age file has too many recipients");
  Stanza stanza;
  std::string_view left = std::string_view(line_).substr(k_begin_of_stanza.size());
  for (bool more = true; more;) {
    const std::size_t end = left.find(' ');
    const std::string_view word = left.substr(0, end);
    if (!is_word(word)) return malformed("a recipient of the age file has an empty argument or a wrong character");
    if (stanza.arguments.size() == k_most_arguments)
      return make_error(ErrorCode::too_large, "a recipient of the age file has too many arguments");
    if (stanza.kind.empty())
      stanza.kind = word;
    else
      stanza.arguments.emplace_back(word);
    more = end != std::string_view::npos;
    if (more) left = left.substr(end + 1);
  }
  header_.stanzas.push_back(std::move(stanza));
  expects_ = Expects::body;
  return {};
}

Status HeaderReader::take_body() {
  if (line_.size() > k_body_line) return malformed("a line in the header of the age file is longer than 64 letters");
  STRONGROOM_ASSIGN(const Bytes bytes, from_base64(line_));
  Bytes& body = header_.stanzas.back().body;
  body.insert(body.end(), bytes.begin(), bytes.end());
  if (line_.size() < k_body_line) expects_ = Expects::stanza;
  return {};
}

Status HeaderReader::take_mac() {
  const std::string_view rest = std::string_view(line_).substr(k_begin_of_mac.size());
  if (!rest.starts_with(' ')) return malformed("the header of the age file ends without a MAC");
  STRONGROOM_ASSIGN(const Bytes mac, from_base64(rest.substr(1)));
  if (mac.size() != k_mac) return malformed("the MAC of the age file is not 32 bytes long");
  if (header_.stanzas.empty()) return malformed("the age file is for nobody");
  std::ranges::copy(mac, header_.mac.begin());
  header_.text += k_begin_of_mac;
  expects_ = Expects::nothing;
  return {};
}

}  // namespace strongroom::age
