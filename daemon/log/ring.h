// The last lines of the log, in memory.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strongroom::log {

enum class Level : unsigned char { debug, info, warning, error };

struct Entry {
  std::uint64_t id = 0;  // 1 is the first of this run
  std::int64_t time_ms = 0;
  Level level = Level::info;
  std::string source;   // which part of the daemon, one word
  std::string message;  // masked
};

// Which entries are wanted.
struct Wanted {
  std::optional<std::uint64_t> after{};  // only those with a higher id
  Level level = Level::debug;            // at least
  std::string text{};                    // that the message or source contains, whatever the case of ASCII letters
  std::size_t most = 500;                // with `after` the first of them, otherwise the last
};

// At most k_entries and k_bytes; the oldest go first. Thread-safe.
class Ring {
 public:
  static constexpr std::size_t k_entries = 500;
  static constexpr std::size_t k_bytes = 256 * 1024;  // of texts

  // Gives the entry its id.
  void add(Entry entry);
  // Oldest first.
  std::vector<Entry> find(const Wanted& wanted) const;
  // The id of the newest; 0: there is none.
  std::uint64_t last() const;

 private:
  mutable std::mutex mutex_;
  std::deque<Entry> entries_;
  std::size_t bytes_ = 0;
  std::uint64_t last_ = 0;
};

}  // namespace strongroom::log
