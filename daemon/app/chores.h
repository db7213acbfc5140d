// Work that comes back after some time.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

namespace strongroom::app {

// Used by one thread. A chore is only started here: it must return at once.
class Chores {
 public:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;

  // `every`: asked each time; zero: not now, and asked again within the hour. The first comes `soon` after the first
  // look().
  void add(std::function<std::chrono::minutes()> every, std::chrono::seconds soon, std::function<void()> begin);

  // Begins what is due; when to look again.
  std::optional<Time> look(Time now);

 private:
  struct Chore {
    std::function<std::chrono::minutes()> every;
    std::chrono::seconds soon;
    std::function<void()> begin;
    std::optional<Time> next;
  };

  std::vector<Chore> chores_;
};

}  // namespace strongroom::app
