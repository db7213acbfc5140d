// When secrets were last read, approximately: kept in memory, stored with the next write, lock or stop.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strongroom::secrets {

// Thread-safe.
class ReadTimes {
 public:
  // More than this many unsaved times ask to be saved (note() answers true).
  static constexpr std::size_t k_most_unsaved = 65536;

  // True when it is time to save.
  bool note(const std::string& path, std::int64_t now_ms);
  // The unsaved time of a path, 0 when there is none.
  std::int64_t find(const std::string& path) const;
  void forget(const std::string& path);
  // Everything below the folder, which may also be the path of a secret: that one stays.
  void forget_below(std::string_view folder);
  // Takes all of them.
  std::vector<std::pair<std::string, std::int64_t>> take();

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::int64_t> times_;
};

}  // namespace strongroom::secrets
