#include "daemon/secrets/path.h"

#include <cstdlib>

#include <utf8proc.h>

#include <strongroom/base/bytes.h>

namespace strongroom::secrets {

namespace {

Error invalid(const char* message) {
  return make_error(ErrorCode::invalid_argument, message, "path");
}

bool is_plain_ascii(std::string_view text) noexcept {
  for (const char c : text)
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  return true;
}

bool has_control_characters(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return true;
    // U+0080 to U+009F are C2 80 to C2 9F.
    if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

enum class Form { nfc, other_form, not_utf8 };

Form form_of(std::string_view text) {
  if (is_plain_ascii(text)) return Form::nfc;
  utf8proc_uint8_t* composed = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &composed, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (size < 0) return Form::not_utf8;
  const std::string_view result(reinterpret_cast<const char*>(composed), static_cast<std::size_t>(size));
  const Form form = result == text ? Form::nfc : Form::other_form;
  std::free(composed);
  return form;
}

Status check_segment(std::string_view segment) {
  if (segment.empty()) return invalid("the path has an empty segment; write it like folder/name");
  if (segment == "." || segment == "..") return invalid("the path has a segment '.' or '..'");
  return {};
}

}  // namespace

std::string_view parent_of(std::string_view path) noexcept {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

Result<Path> Path::parse(std::string_view text) {
  if (text.empty()) return invalid("the path is empty");
  if (text.size() > k_max_path) return invalid("the path is longer than 512 bytes");
  if (has_control_characters(text)) return invalid("the path has control characters");
  switch (form_of(text)) {
    case Form::not_utf8:
      return invalid("the path is not valid UTF-8");
    case Form::other_form:
      return invalid("the path is not in Unicode normalization form C");
    case Form::nfc:
      break;
  }
  std::size_t levels = 0;
  for (std::size_t start = 0; start <= text.size(); ++levels) {
    const auto end = std::min(text.find('/', start), text.size());
    STRONGROOM_CHECK(check_segment(text.substr(start, end - start)));
    start = end + 1;
  }
  if (levels > k_max_levels) return invalid("the path has more than 16 levels");
  return Path(std::string(text));
}

std::string_view Path::parent() const noexcept {
  return parent_of(text_);
}

std::vector<std::string_view> Path::folders() const {
  std::vector<std::string_view> found;
  const std::string_view text = text_;
  for (auto slash = text.find('/'); slash != std::string_view::npos; slash = text.find('/', slash + 1))
    found.push_back(text.substr(0, slash));
  return found;
}

Status check_plain_text(std::string_view text, std::string_view what, std::size_t longest, std::string_view subject) {
  const auto refuse = [&](const std::string& message) {
    return make_error(ErrorCode::invalid_argument, std::string(what) + message, std::string(subject));
  };
  if (text.empty()) return refuse(" is empty");
  if (text.size() > longest) return refuse(" is longer than " + std::to_string(longest) + " bytes");
  if (has_control_characters(text)) return refuse(" has control characters");
  if (form_of(text) != Form::nfc) return refuse(" is not UTF-8 in normalization form C");
  return {};
}

Status check_field_name(std::string_view name) {
  return check_plain_text(name, "a field's name", k_max_field_name, "fields");
}

}  // namespace strongroom::secrets
