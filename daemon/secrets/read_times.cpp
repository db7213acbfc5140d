#include "daemon/secrets/read_times.h"

namespace strongroom::secrets {

bool ReadTimes::note(const std::string& path, std::int64_t now_ms) {
  const std::lock_guard guard(mutex_);
  times_[path] = now_ms;
  return times_.size() == k_most_unsaved;
}

std::int64_t ReadTimes::find(const std::string& path) const {
  const std::lock_guard guard(mutex_);
  const auto found = times_.find(path);
  return found == times_.end() ? 0 : found->second;
}

void ReadTimes::forget(const std::string& path) {
  const std::lock_guard guard(mutex_);
  times_.erase(path);
}

void ReadTimes::forget_below(std::string_view folder) {
  const std::lock_guard guard(mutex_);
  std::erase_if(times_, [&](const auto& entry) {
    const std::string_view one = entry.first;
    return one.size() > folder.size() && one.starts_with(folder) && one[folder.size()] == '/';
  });
}

std::vector<std::pair<std::string, std::int64_t>> ReadTimes::take() {
  const std::lock_guard guard(mutex_);
  std::vector<std::pair<std::string, std::int64_t>> taken(times_.begin(), times_.end());
  times_.clear();
  return taken;
}

}  // namespace strongroom::secrets
