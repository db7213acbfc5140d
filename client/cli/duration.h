// Spans of time as people write them.
#pragma once

#include <cstdint>
#include <string_view>

#include <strongroom/base/result.h>

namespace strongroom::cli {

// "45s", "90m", "12h", "30d", "2w": a whole number from 1 and a unit. In milliseconds, at most 100 years. Error:
// invalid_argument.
Result<std::int64_t> parse_duration(std::string_view text);

// Now, in milliseconds since 1970.
std::int64_t now_ms() noexcept;

}  // namespace strongroom::cli
