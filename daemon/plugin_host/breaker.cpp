#include "daemon/plugin_host/breaker.h"

#include <algorithm>
#include <utility>

namespace strongroom::plugin_host {
namespace {

constexpr std::size_t k_most = 5;
constexpr std::chrono::minutes k_within(10);
constexpr std::chrono::seconds k_first(1);
constexpr std::chrono::seconds k_longest(60);

}  // namespace

void Breaker::failed(Clock::time_point now, std::string reason) {
  failures_.push_back(now);
  if (failures_.size() > k_most) failures_.pop_front();
  pause_ = pause_.count() == 0 ? k_first : std::min(2 * pause_, k_longest);
  reason_ = std::move(reason);
}

void Breaker::succeeded() {
  failures_.clear();
  pause_ = {};
  reason_.clear();
}

bool Breaker::open(Clock::time_point now) const {
  return failures_.size() == k_most && failures_.back() - failures_.front() <= k_within &&
         now < failures_.back() + k_within;
}

std::optional<Breaker::Clock::time_point> Breaker::next_try(Clock::time_point now) const {
  if (failures_.empty()) return std::nullopt;
  const auto next = open(now) ? failures_.back() + k_within : failures_.back() + pause_;
  return next > now ? std::optional(next) : std::nullopt;
}

}  // namespace strongroom::plugin_host
