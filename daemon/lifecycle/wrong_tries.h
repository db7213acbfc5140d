// How fast somebody may guess a passphrase or a code.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace strongroom::lifecycle {

// The first five wrong tries in a row cost nothing; after each further one the next has to wait, 1 s at first and twice
// as long each time, up to 60 s. A right one forgets all. Not thread-safe. It ends with the daemon: who can restart
// that can also copy the store and guess elsewhere, where only the cost of the passphrase slot counts.
class WrongTries {
 public:
  using Clock = std::chrono::steady_clock;

  // How long it has to wait yet; nothing: it may try.
  std::optional<std::chrono::seconds> wait(Clock::time_point now) const {
    if (now >= next_) return std::nullopt;
    return std::chrono::ceil<std::chrono::seconds>(next_ - now);
  }

  void wrong(Clock::time_point now) {
    if (++count_ <= k_free) return;
    const auto pause = std::min(std::chrono::seconds(1) * (1 << std::min(count_ - k_free - 1, 6)), k_longest);
    next_ = now + pause;
  }

  void right() { *this = {}; }

 private:
  static constexpr int k_free = 5;
  static constexpr std::chrono::seconds k_longest{60};

  int count_ = 0;
  Clock::time_point next_{};
};

}  // namespace strongroom::lifecycle
