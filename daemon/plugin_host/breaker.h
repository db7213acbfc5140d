// When a plugin that fails is tried again.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>

namespace strongroom::plugin_host {

// After each failure the next try waits, 1 s at first and twice as long each time, up to 60 s; after five failures
// within ten minutes it waits until ten minutes have passed since the last. A success forgets what was before.
// Not thread-safe.
class Breaker {
 public:
  using Clock = std::chrono::steady_clock;

  void failed(Clock::time_point now, std::string reason);
  void succeeded();

  // Nothing: it may be tried now.
  std::optional<Clock::time_point> next_try(Clock::time_point now) const;

  // Whether the last five failures opened it.
  bool open(Clock::time_point now) const;

  const std::string& reason() const noexcept { return reason_; }

 private:
  std::deque<Clock::time_point> failures_;  // the last ones, oldest first
  std::chrono::seconds pause_{0};
  std::string reason_;
};

}  // namespace strongroom::plugin_host
