#include "client/cli/log_lines.h"

#include <algorithm>

#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace wire = protocol::log;

std::string log_line(const wire::Entry& entry) {
  std::string level(protocol::EnumNames<wire::Level>::names[static_cast<std::size_t>(entry.level)]);
  level.resize(std::string_view("warning").size(), ' ');
  return local_time(entry.time_ms) + "  " + level + "  " + neutralised(entry.source + ": " + entry.message) + "\n";
}

std::string log_lines(const std::vector<wire::Entry>& entries) {
  std::string text;
  for (const auto& entry : entries) text += log_line(entry);
  return text;
}

std::optional<wire::Level> log_level_of(std::string_view word) {
  if (word == "warn") return wire::Level::warning;
  const auto& names = protocol::EnumNames<wire::Level>::names;
  const auto found = std::ranges::find(names, word);
  if (found == names.end()) return std::nullopt;
  return static_cast<wire::Level>(found - names.begin());
}

}  // namespace strongroom::cli
