// What a metrics server reads (Prometheus text exposition format, version 0.0.4).
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include <strongroom/plugin/monitor.h>

namespace strongroom::prometheus {

// Thread-safe.
class Exposition {
 public:
  void count(std::span<const plugin::Event> events, std::uint64_t lost);
  void set(std::span<const plugin::Metric> metrics);

  std::string text() const;

 private:
  struct Value {
    std::string name;
    std::string help;
    plugin::MetricKind kind = plugin::MetricKind::gauge;
    std::uint32_t exponent = 0;
    double value = 0;
  };

  static void append_value(std::string& out, const Value& value, const Value* before);

  // action, decision, result
  using Labels = std::tuple<std::string, std::string, std::string>;

  mutable std::mutex mutex_;
  std::map<Labels, std::uint64_t> counts_;
  std::vector<Value> values_;
  std::uint64_t lost_ = 0;
};

}  // namespace strongroom::prometheus
