#include "daemon/monitoring/watch.h"

#include <algorithm>

namespace strongroom::monitoring {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t k_most_waiting = 8192;
constexpr std::size_t k_at_once = 256;

}  // namespace

Watch::Watch(Ports ports) : ports_(std::move(ports)), thread_([this] { run(); }) {}

Watch::~Watch() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool Watch::has_room() {
  const std::lock_guard guard(mutex_);
  if (queue_.size() < k_most_waiting) return true;
  ++lost_;
  ++total_;
  return false;
}

// The thread gathers for a while anyway, so it is only woken from sleep.
void Watch::observe(const Event& event) {
  bool first = false;
  {
    const std::lock_guard guard(mutex_);
    if (queue_.size() == k_most_waiting) {
      ++lost_;
      ++total_;
      return;
    }
    first = queue_.empty();
    queue_.push_back(event);
  }
  if (first) wake_.notify_one();
}

std::uint64_t Watch::lost() const {
  const std::lock_guard guard(mutex_);
  return total_;
}

bool Watch::stopping() const {
  const std::lock_guard guard(mutex_);
  return stopping_;
}

// False: it is over. No events: it is time to measure.
bool Watch::take(std::vector<Event>& events, std::uint64_t& lost) {
  std::unique_lock lock(mutex_);
  wake_.wait_until(lock, next_metrics_, [this] { return stopping_ || !queue_.empty(); });
  if (!stopping_ && queue_.size() < k_at_once && !queue_.empty())
    wake_.wait_for(lock, ports_.gather, [this] { return stopping_ || queue_.size() >= k_at_once; });
  if (stopping_) return false;
  const std::size_t count = std::min(queue_.size(), k_at_once);
  events.assign(std::make_move_iterator(queue_.begin()),
                std::make_move_iterator(queue_.begin() + static_cast<std::ptrdiff_t>(count)));
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
  lost = std::exchange(lost_, 0);
  return true;
}

void Watch::run() {
  std::vector<Event> events;
  for (std::uint64_t lost = 0; take(events, lost);) deliver(events, lost);
  monitor_.reset();
}

// A monitor that has failed is opened again when it may be; what comes meanwhile is lost to it.
void Watch::deliver(const std::vector<Event>& events, std::uint64_t lost) {
  Status status;
  if (!monitor_) {
    auto opened = ports_.open([this] { return stopping(); });
    if (opened)
      monitor_ = std::move(opened).value();
    else
      status = opened.error();
  }
  if (monitor_ && (!events.empty() || lost != 0)) status = monitor_->events(events, lost);
  if (monitor_ && status && Clock::now() >= next_metrics_) status = monitor_->metrics(ports_.measure());
  if (Clock::now() >= next_metrics_) next_metrics_ = Clock::now() + ports_.between_metrics;
  if (status) {
    problem_.clear();
    return;
  }
  monitor_.reset();
  {
    const std::lock_guard guard(mutex_);
    lost_ += events.size() + lost;
    total_ += events.size();
  }
  if (problem_ != status.error().message && ports_.report) ports_.report(status.error().message);
  problem_ = status.error().message;
}

}  // namespace strongroom::monitoring
