// What the daemon asks of a monitor, whoever it is: the port that plugin_host fills.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <strongroom/base/result.h>

namespace strongroom::monitoring {

// An event of the audit log without names, reasons and details (abi/monitor.h says what is left).
struct Event {
  std::uint64_t sequence = 0;
  std::int64_t time_ms = 0;
  std::uint64_t count = 1;
  std::uint64_t request = 0;
  std::uint64_t uid = 0;
  std::string action;
  std::string phase;
  std::string decision;
  std::string result;
  std::string actor;
  std::string objects;  // ids in hex, split by spaces
};

// As in abi/monitor.h.
enum class MetricKind : std::uint8_t { counter = 1, gauge, bucket, sum };

struct Metric {
  std::string name;  // a-z 0-9 _
  std::string help;
  double value = 0;
  MetricKind kind = MetricKind::gauge;
  std::uint32_t exponent = 0;  // of a bucket: 2^exponent microseconds
};

// One thread at a time. After an error it is thrown away.
class Monitor {
 public:
  virtual ~Monitor() = default;
  virtual Status events(std::span<const Event> events, std::uint64_t lost) = 0;
  virtual Status metrics(std::span<const Metric> metrics) = 0;
};

// Thread-safe.
class Monitors {
 public:
  virtual ~Monitors() = default;
  // Ids of those that are to run. Error: locked, and those of reading the register.
  virtual Result<std::vector<std::string>> enabled() = 0;
  // Errors: plugin_unavailable (it failed, or may not be tried yet), invalid_argument (a setting), not_found.
  // `stopped` is asked about once a second while the monitor is waited for: when it is true, the call ends.
  virtual Result<std::unique_ptr<Monitor>> open(const std::string& id, std::function<bool()> stopped) = 0;
};

}  // namespace strongroom::monitoring
