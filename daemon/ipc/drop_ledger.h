// Counts the clients that were sent away, and says so in the log without letting a flood of clients fill it.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string_view>

#include "daemon/ipc/limits.h"

namespace strongroom::ipc {

// Thread-safe.
class DropLedger {
 public:
  using Clock = std::chrono::steady_clock;
  using Report = std::function<void(std::string_view line)>;
  using Record = std::function<void(std::string_view reason, std::uint64_t many)>;

  // `record` is told what `report` is.
  explicit DropLedger(Report report, Record record = {}) : report_(std::move(report)), record_(std::move(record)) {}

  // Reports at most one line for each reason and second. True when some were not reported yet: tell() is due in 1 s.
  bool note(DropReason reason, Clock::time_point now);
  // Reports what note() kept back.
  void tell(Clock::time_point now);

  Dropped counts() const;

 private:
  void say(std::size_t reason, Clock::time_point now);

  Report report_;
  Record record_;
  mutable std::mutex mutex_;
  Dropped counts_{};
  Dropped reported_{};
  std::array<Clock::time_point, k_drop_reasons.size()> said_{};
};

}  // namespace strongroom::ipc
