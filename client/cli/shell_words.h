// Words that a shell takes as they are.
#pragma once

#include <string>
#include <string_view>

namespace strongroom::cli {

// Appends `text` between single quotes (POSIX shell, 2.2.2); a quote in it is closed, escaped and opened again.
template <class Text>
void append_quoted_for_shell(std::string_view text, Text& out) {
  out.push_back('\'');
  for (const char c : text) {
    if (c == '\'')
      out.append("'\\''");
    else
      out.push_back(c);
  }
  out.push_back('\'');
}

// `text` as one word that can be typed: quoted when it has to be, behind "-- " when it would be taken for an option.
inline std::string shell_word(std::string_view text) {
  std::string word = text.starts_with('-') ? "-- " : "";
  if (text.empty() || text.find_first_of(" '\"\\$`!*?#&;|<>()[]{}~") != std::string_view::npos)
    append_quoted_for_shell(text, word);
  else
    word.append(text);
  return word;
}

}  // namespace strongroom::cli
