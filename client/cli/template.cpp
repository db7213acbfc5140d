#include "client/cli/template.h"

#include <algorithm>

namespace strongroom::cli {

namespace {

constexpr std::string_view k_blanks = " \t";

// Where the reference begins when `text`, which begins with "{{", is one; npos otherwise.
std::size_t reference_start(std::string_view text) {
  const auto start = text.find_first_not_of(k_blanks, 2);
  return start != std::string_view::npos && text.substr(start).starts_with(k_scheme) ? start : std::string_view::npos;
}

}  // namespace

Result<std::vector<TemplatePiece>> parse_template(std::string_view text) {
  std::vector<TemplatePiece> pieces;
  std::size_t line = 1;
  std::size_t begin = 0;  // of the text that is not in a piece yet
  const auto add_text = [&](std::size_t end) {
    if (end > begin) pieces.push_back({.text = text.substr(begin, end - begin), .reference = {}, .line = line});
    line += static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                                text.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
  };
  for (std::size_t open = text.find("{{"); open != std::string_view::npos; open = text.find("{{", open)) {
    const std::size_t start = reference_start(text.substr(open));
    if (start == std::string_view::npos) {
      ++open;
      continue;
    }
    add_text(open);
    const auto refuse = [&](std::string message) {
      return make_error(ErrorCode::invalid_argument, std::move(message), "line " + std::to_string(line));
    };
    const std::size_t close = text.find("}}", open);
    const std::size_t end_of_line = std::min(text.find('\n', open), text.size());
    if (close == std::string_view::npos || close > end_of_line) return refuse("'}}' is missing behind a reference");
    std::string_view inside = text.substr(open + start, close - open - start);
    inside = inside.substr(0, inside.find_last_not_of(k_blanks) + 1);
    auto reference = parse_reference(inside);
    if (!reference) return refuse(reference.error().message);
    pieces.push_back({.text = {}, .reference = std::move(*reference), .is_reference = true, .line = line});
    begin = open = close + 2;
  }
  add_text(text.size());
  return pieces;
}

}  // namespace strongroom::cli
