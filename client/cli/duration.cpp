#include "client/cli/duration.h"

#include <charconv>
#include <chrono>
#include <ctime>
#include <optional>

namespace strongroom::cli {

namespace {

// Takes exactly that many digits.
bool take(std::string_view& text, std::size_t digits, int& number) {
  if (text.size() < digits || text.substr(0, digits).find_first_not_of("0123456789") != std::string_view::npos)
    return false;
  (void)std::from_chars(text.data(), text.data() + digits, number);
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char mark) {
  if (!text.starts_with(mark)) return false;
  text.remove_prefix(1);
  return true;
}

bool take_date(std::string_view& text, std::tm& time) {
  if (!take(text, 4, time.tm_year) || !take(text, '-') || !take(text, 2, time.tm_mon) || !take(text, '-') ||
      !take(text, 2, time.tm_mday))
    return false;
  const std::chrono::year_month_day day{std::chrono::year(time.tm_year),
                                        std::chrono::month(static_cast<unsigned>(time.tm_mon)),
                                        std::chrono::day(static_cast<unsigned>(time.tm_mday))};
  time.tm_year -= 1900;
  time.tm_mon -= 1;
  return day.ok() && time.tm_year >= 70;
}

bool take_time(std::string_view& text, std::tm& time) {
  if (!take(text, 'T') && !take(text, ' ')) return true;
  if (!take(text, 2, time.tm_hour) || !take(text, ':') || !take(text, 2, time.tm_min)) return false;
  if (take(text, ':') && !take(text, 2, time.tm_sec)) return false;
  return time.tm_hour < 24 && time.tm_min < 60 && time.tm_sec < 60;
}

// Seconds east of Greenwich; nothing for local time.
bool take_zone(std::string_view& text, std::optional<int>& east) {
  if (take(text, 'Z')) {
    east = 0;
    return true;
  }
  const bool minus = text.starts_with('-');
  if (!take(text, '+') && !take(text, '-')) return true;
  int hours = 0;
  int minutes = 0;
  if (!take(text, 2, hours) || !take(text, ':') || !take(text, 2, minutes) || hours > 23 || minutes > 59) return false;
  east = (minus ? -1 : 1) * (hours * 3600 + minutes * 60);
  return true;
}

}  // namespace

Result<std::int64_t> parse_moment(std::string_view text) {
  if (const auto ago = parse_duration(text)) return std::max<std::int64_t>(now_ms() - *ago, 0);
  std::tm time{};
  time.tm_isdst = -1;
  std::optional<int> east;
  if (!take_date(text, time) || !take_time(text, time) || !take_zone(text, east) || !text.empty())
    return make_error(ErrorCode::invalid_argument,
                      "a time is like 2026-11-22, 2026-11-22T10:30 or, for a time ago, 2h or 7d");
  const std::int64_t seconds = east ? timegm(&time) - *east : mktime(&time);
  return std::max<std::int64_t>(seconds * 1000, 0);
}

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
