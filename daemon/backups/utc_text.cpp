#include "daemon/backups/utc_text.h"

#include <ctime>

namespace strongroom::backups {
namespace {

constexpr const char* k_form = "%Y%m%dT%H%M%SZ";

}  // namespace

std::string utc_text(std::int64_t ms) {
  const std::time_t seconds = ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, k_form, &parts);
  return text;
}

std::int64_t parse_utc(const std::string& text) {
  std::tm parts{};
  const char* const end = strptime(text.c_str(), k_form, &parts);
  return end != nullptr && *end == '\0' ? static_cast<std::int64_t>(timegm(&parts)) * 1000 : 0;
}

}  // namespace strongroom::backups
