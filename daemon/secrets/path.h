// Paths of secrets: what may be one, and its parts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/result.h>

namespace strongroom::secrets {

inline constexpr std::size_t k_max_path = 512;   // bytes
inline constexpr std::size_t k_max_levels = 16;  // segments
inline constexpr std::size_t k_max_field_name = 128;

// A checked path: UTF-8 in NFC (Unicode UAX 15), segments split by '/', none empty, "." or "..", no control characters
// (C0, DEL, C1), case-sensitive. Immutable.
class Path {
 public:
  // Error: invalid_argument with a sentence; the path itself is not repeated.
  static Result<Path> parse(std::string_view text);

  const std::string& text() const noexcept { return text_; }

  // "a/b" of "a/b/c"; empty at the top.
  std::string_view parent() const noexcept;
  // "a" and "a/b" of "a/b/c", in this order.
  std::vector<std::string_view> folders() const;

 private:
  explicit Path(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

// The folder part of `path`, empty at the top.
std::string_view parent_of(std::string_view path) noexcept;

// One line of text that a person has written: 1 to `longest` bytes of UTF-8 in NFC, no control characters. `what`
// begins the sentence of the error. Error: invalid_argument about `subject`.
Status check_plain_text(std::string_view text, std::string_view what, std::size_t longest, std::string_view subject);

// Names of fields: 1 to 128 bytes of UTF-8 in NFC, no control characters. Error: invalid_argument.
Status check_field_name(std::string_view name);

}  // namespace strongroom::secrets
