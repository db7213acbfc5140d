// Spans of time as people write them.
#pragma once

#include <cstdint>
#include <string_view>

#include <strongroom/base/result.h>

namespace strongroom::cli {

// "45s", "90m", "12h", "30d", "2w": a whole number from 1 and a unit. In milliseconds, at most 100 years. Error:
// invalid_argument.
Result<std::int64_t> parse_duration(std::string_view text);

// A moment as people write it, in milliseconds since 1970: a span before now ("2h", "7d"), or "2026-11-22",
// "2026-11-22 10:30", "2026-11-22T10:30:15", in local time unless "Z" or an offset like "+01:00" follows. Error:
// invalid_argument.
Result<std::int64_t> parse_moment(std::string_view text);

// Now, in milliseconds since 1970.
std::int64_t now_ms() noexcept;

}  // namespace strongroom::cli
