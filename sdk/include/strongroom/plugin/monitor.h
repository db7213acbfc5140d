// A monitor plugin in C++: derive from Monitor, return Status, throw if you must.
//
// The contract is that of abi/monitor.h.
//
//   class Journald final : public strongroom::plugin::Monitor {
//    public:
//     static constexpr const char* k_id = "com.example.monitor.journald";
//     static constexpr const char* k_name = "The system's journal";
//     static constexpr const char* k_version = "1.0.0";
//     static Result<std::unique_ptr<Monitor>> open(const Settings&, const Host&);
//     ...
//   };
//   STRONGROOM_PLUGIN(Journald)
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include <strongroom/abi/monitor.h>
#include <strongroom/plugin/plugin.h>

namespace strongroom::plugin {

// Views on what the host passed: valid during the call.
struct Event {
  std::uint64_t sequence = 0;
  std::int64_t time_ms = 0;
  std::uint64_t count = 1;
  std::uint64_t request = 0;
  std::uint64_t uid = 0;
  std::string_view action;
  std::string_view phase;
  std::string_view decision;
  std::string_view result;
  std::string_view actor;
  std::string_view objects;
};

// The kinds of abi/monitor.h.
enum class MetricKind : std::uint8_t {
  counter = SR_METRIC_COUNTER,
  gauge = SR_METRIC_GAUGE,
  bucket = SR_METRIC_BUCKET,
  sum = SR_METRIC_SUM,
};

struct Metric {
  MetricKind kind = MetricKind::gauge;
  std::uint32_t exponent = 0;  // of a bucket
  double value = 0;
  std::string_view name;
  std::string_view help;
};

// Calls come one after another; destruction ends it. A plugin class adds k_id, k_name, k_version and open(), as above.
class Monitor {
 public:
  virtual ~Monitor() = default;
  virtual Status events(std::span<const Event> events, std::uint64_t lost) = 0;
  virtual Status metrics(std::span<const Metric> metrics) = 0;

  // The table behind plugin class T.
  template <class T>
  static const void* extension(const char* id) noexcept;
};

namespace detail {

inline Monitor& of(sr_monitor* handle) noexcept {
  return *reinterpret_cast<Monitor*>(handle);
}

inline std::string_view text_view(sr_bytes text) noexcept {
  return as_text(from_abi(text));
}

template <class T>
sr_status open_monitor(const sr_monitor_config* config, const sr_host* host, sr_monitor** monitor,
                       const sr_error_sink* error) noexcept {
  return guarded(error, [&]() -> Status {
    STRONGROOM_ASSIGN(std::unique_ptr<Monitor> made,
                      T::open(Settings(config->settings, config->setting_count), Host(host)));
    *monitor = reinterpret_cast<sr_monitor*>(made.release());
    return {};
  });
}

inline sr_status take_events(sr_monitor* monitor, const sr_event* events, std::uint32_t count, std::uint64_t lost,
                             const sr_error_sink* error) noexcept {
  return guarded(error, [&]() -> Status {
    std::vector<Event> taken;
    taken.reserve(count);
    for (const sr_event& event : std::span(events, count))
      taken.push_back({event.sequence, event.time_ms, event.count, event.request, event.uid, text_view(event.action),
                       text_view(event.phase), text_view(event.decision), text_view(event.result),
                       text_view(event.actor), text_view(event.objects)});
    return of(monitor).events(taken, lost);
  });
}

inline sr_status take_metrics(sr_monitor* monitor, const sr_metric* metrics, std::uint32_t count,
                              const sr_error_sink* error) noexcept {
  return guarded(error, [&]() -> Status {
    std::vector<Metric> taken;
    for (const sr_metric& metric : std::span(metrics, count))
      if (metric.kind >= SR_METRIC_COUNTER && metric.kind <= SR_METRIC_SUM)
        taken.push_back({static_cast<MetricKind>(metric.kind), metric.exponent, metric.value, text_view(metric.name),
                         text_view(metric.help)});
    return of(monitor).metrics(taken);
  });
}

inline void close_monitor(sr_monitor* monitor) noexcept {
  delete &of(monitor);
}

template <class T>
inline constexpr sr_monitor_v1 k_monitor_table = {
    sizeof(sr_monitor_v1), 0, &open_monitor<T>, &take_events, &take_metrics, &close_monitor};

}  // namespace detail

template <class T>
const void* Monitor::extension(const char* id) noexcept {
  static_assert(std::is_base_of_v<Monitor, T>);
  return std::string_view(id) == SR_MONITOR_V1_ID ? &detail::k_monitor_table<T> : nullptr;
}

}  // namespace strongroom::plugin
