// Lines of the daemon's log as a person reads them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <strongroom/protocol/methods/log.h>

namespace strongroom::cli {

// "2026-11-22 03:04:05  warning  plugins: ..." and a newline; local time.
std::string log_line(const protocol::log::Entry& entry);
std::string log_lines(const std::vector<protocol::log::Entry>& entries);

// "debug", "info", "warning" (also "warn") and "error"; nothing for any other word.
std::optional<protocol::log::Level> log_level_of(std::string_view word);

}  // namespace strongroom::cli
