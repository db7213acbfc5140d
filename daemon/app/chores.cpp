#include "daemon/app/chores.h"

#include <algorithm>

namespace strongroom::app {

void Chores::add(std::function<std::chrono::minutes()> every, std::chrono::seconds soon, std::function<void()> begin) {
  chores_.push_back({std::move(every), soon, std::move(begin), std::nullopt});
}

std::optional<Chores::Time> Chores::look(Time now) {
  constexpr std::chrono::hours k_idle(1);
  std::optional<Time> first;
  for (Chore& chore : chores_) {
    if (!chore.next) chore.next = now + chore.soon;
    if (*chore.next <= now) {
      const auto every = chore.every();
      if (every.count() != 0) chore.begin();
      chore.next = now + (every.count() != 0 ? std::chrono::duration_cast<Clock::duration>(every) : k_idle);
    }
    first = std::min(first.value_or(*chore.next), *chore.next);
  }
  return first;
}

}  // namespace strongroom::app
