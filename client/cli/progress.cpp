#include "client/cli/progress.h"

#include <algorithm>

#include "client/cli/duration.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

Progress::Progress(const Session& session, std::string what, std::string unit)
    : what_(std::move(what)),
      unit_(std::move(unit)),
      wanted_(stderr_is_terminal() && !session.options().quiet && !session.options().json),
      begun_ms_(now_ms()) {}

Progress::~Progress() {
  if (shown_) print_error("\r\x1b[K");
}

void Progress::show(std::int64_t done, std::optional<std::int64_t> total) {
  if (!wanted_ || now_ms() < next_ms_) return;
  constexpr std::int64_t k_between_ms = 100;
  constexpr std::int64_t k_width = 30;
  next_ms_ = now_ms() + k_between_ms;
  shown_ = true;
  std::string line = "\r" + what_ + " ";
  if (total && *total > 0) {
    const std::int64_t full = std::clamp<std::int64_t>(done * k_width / *total, 0, k_width);
    line += "[" + std::string(static_cast<std::size_t>(full), '#') +
            std::string(static_cast<std::size_t>(k_width - full), '.') + "] ";
  }
  line += std::to_string(done) + " " + unit_;
  constexpr std::int64_t k_known_after_ms = 1000;
  const std::int64_t passed = now_ms() - begun_ms_;
  if (total && done > 0 && *total > done && passed > k_known_after_ms)
    line += ", " + std::to_string(passed * (*total - done) / done / 1000 + 1) + " s left";
  print_error(line + "\x1b[K");
}

}  // namespace strongroom::cli
