#include "client/cli/config_section.h"

#include <algorithm>

namespace strongroom::cli {

namespace {

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view k_blank = " \t\r";
  const auto begin = line.find_first_not_of(k_blank);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(k_blank) - begin + 1);
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool begins_section(std::string_view line) {
  return trimmed(line).starts_with('[');
}

bool is_header(std::string_view line, std::string_view section) {
  line = trimmed(line);
  if (const auto comment = line.find('#'); comment != std::string_view::npos) line = trimmed(line.substr(0, comment));
  return line == "[" + std::string(section) + "]";
}

bool sets(std::string_view line, std::string_view key) {
  const auto equals = line.find('=');
  return equals != std::string_view::npos && trimmed(line.substr(0, equals)) == key;
}

}  // namespace

std::string with_entries(std::string_view text, std::string_view section,
                         const std::vector<std::pair<std::string, std::string>>& entries) {
  std::vector<std::string> lines = lines_of(text);
  auto header = std::ranges::find_if(lines, [&](const auto& line) { return is_header(line, section); });
  if (header == lines.end()) {
    if (!lines.empty() && !trimmed(lines.back()).empty()) lines.emplace_back();
    lines.push_back("[" + std::string(section) + "]");
    header = lines.end() - 1;
  }
  for (const auto& [key, value] : entries) {
    const auto end = std::find_if(header + 1, lines.end(), begins_section);
    const std::string line = key + " = " + value;
    const auto own = std::find_if(header + 1, end, [&](const auto& each) { return sets(each, key); });
    if (own != end) {
      *own = line;
      continue;
    }
    auto last = end;
    while (last != header + 1 && trimmed(*(last - 1)).empty()) --last;
    const auto at = header - lines.begin();
    lines.insert(last, line);
    header = lines.begin() + at;
  }
  std::string out;
  for (const auto& line : lines) out.append(line).push_back('\n');
  return out;
}

std::string toml_text(std::string_view text) {
  constexpr char k_digits[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (byte < 0x20 || byte == 0x7f) {
      out.append("\\u00").append({k_digits[byte >> 4], k_digits[byte & 15]});
    } else {
      out.push_back(c);
    }
  }
  return out + "\"";
}

}  // namespace strongroom::cli
