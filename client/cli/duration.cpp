#include "client/cli/duration.h"

#include <charconv>
#include <chrono>

namespace strongroom::cli {

Result<std::int64_t> parse_duration(std::string_view text) {
  constexpr std::int64_t k_longest = 100LL * 365 * 24 * 3600 * 1000;
  const auto refuse = [] {
    return make_error(ErrorCode::invalid_argument, "a time span is a number and s, m, h, d or w, like 12h or 30d");
  };
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 1 || end + 1 != text.data() + text.size()) return refuse();
  std::int64_t unit = 0;
  switch (*end) {
    case 's':
      unit = 1000;
      break;
    case 'm':
      unit = 60 * 1000;
      break;
    case 'h':
      unit = 3600 * 1000;
      break;
    case 'd':
      unit = 24LL * 3600 * 1000;
      break;
    case 'w':
      unit = 7LL * 24 * 3600 * 1000;
      break;
    default:
      return refuse();
  }
  if (number > k_longest / unit) return make_error(ErrorCode::invalid_argument, "a time span is at most 100 years");
  return number * unit;
}

std::int64_t now_ms() noexcept {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace strongroom::cli
