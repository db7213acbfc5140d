// The promises of strongroom/abi/monitor.h.
#include <strongroom/abi/monitor.h>

#include "sdk/src/plugin_tests/check_list.h"

namespace strongroom::plugin_tests {
namespace {

// One monitor; closed at the end.
class MonitorRun {
 public:
  MonitorRun(const Context& context, std::vector<std::pair<std::string, std::string>> settings)
      : table_(*static_cast<const sr_monitor_v1*>(context.entry.get_extension(SR_MONITOR_V1_ID))),
        settings_(std::move(settings)) {}

  MonitorRun(const MonitorRun&) = delete;
  MonitorRun& operator=(const MonitorRun&) = delete;

  ~MonitorRun() {
    if (open_ != nullptr) table_.close(open_);
  }

  sr_status open() {
    const auto settings = abi_settings(settings_);
    const sr_monitor_config config{sizeof config, static_cast<std::uint32_t>(settings.size()), settings.data()};
    return table_.open(&config, &host_, &open_, &error_);
  }

  sr_status events(const std::vector<sr_event>& events, std::uint64_t lost = 0) {
    return table_.events(open_, events.data(), static_cast<std::uint32_t>(events.size()), lost, &error_);
  }

  sr_status metrics(const std::vector<sr_metric>& metrics) {
    return table_.metrics(open_, metrics.data(), static_cast<std::uint32_t>(metrics.size()), &error_);
  }

  bool is_open() const { return open_ != nullptr; }

  const std::string& sentence() const { return sentence_; }

 private:
  const sr_monitor_v1& table_;
  std::vector<std::pair<std::string, std::string>> settings_;
  std::string sentence_;
  sr_monitor* open_ = nullptr;
  sr_host host_{sizeof(sr_host), 0, nullptr, [](void*, std::uint32_t, sr_bytes) {}};
  sr_error_sink error_{sizeof(sr_error_sink), 0, &sentence_,
                       [](void* context, sr_bytes said) { static_cast<std::string*>(context)->assign(text_of(said)); }};
};

void good(sr_status status, const MonitorRun& run, const std::string& what) {
  if (status == SR_OK) return;
  throw Broken{what + " fails with " + name_of(status) + (run.sentence().empty() ? "" : ": " + run.sentence())};
}

sr_event event_of(std::uint64_t sequence, std::string_view action = "secret.get") {
  return {sequence,
          1'795'766'400'123,
          1,
          sequence,
          1000,
          bytes_of(action),
          bytes_of("single"),
          bytes_of("denied"),
          bytes_of("not_found"),
          bytes_of("uid:1000"),
          bytes_of("00ff 17ab")};
}

std::vector<sr_event> many_events(std::uint64_t first) {
  std::vector<sr_event> all;
  for (std::uint64_t i = 0; i < SR_MONITOR_MAX_EVENTS; ++i) all.push_back(event_of(first + i));
  return all;
}

sr_metric metric_of(std::uint32_t kind, std::string_view name, double value) {
  return {kind, 0, value, bytes_of(name), bytes_of("How many there are.")};
}

void takes_events(Context& context) {
  MonitorRun run(context, context.settings);
  good(run.open(), run, "open");
  good(run.events({}), run, "a call without events");
  good(run.events({event_of(1)}), run, "one event");
  good(run.events(many_events(2), 17), run, "256 events with 17 lost before them");
}

void takes_events_of_every_phase(Context& context) {
  MonitorRun run(context, context.settings);
  good(run.open(), run, "open");
  for (const char* phase : {"single", "intent", "outcome", "recovered"}) {
    sr_event event = event_of(1);
    event.phase = bytes_of(phase);
    if (std::string_view(phase) == "intent") event.result = {};
    event.objects = {};
    event.count = UINT64_MAX;
    good(run.events({event}), run, std::string("an event of the phase ") + phase);
  }
}

void takes_odd_texts(Context& context) {
  MonitorRun run(context, context.settings);
  good(run.open(), run, "open");
  const std::string long_objects(4096, 'a');
  for (const char* text : {"\n", "\"\\", "\xE2\x82\xAC", "=1+1", "\x1B[31m"}) {
    sr_event event = event_of(1, text);
    event.actor = bytes_of(text);
    event.result = bytes_of(text);
    event.objects = bytes_of(long_objects);
    good(run.events({event}), run, "an event with odd texts");
  }
}

void takes_metrics(Context& context) {
  MonitorRun run(context, context.settings);
  good(run.open(), run, "open");
  good(run.metrics({}), run, "a call without metrics");
  good(run.metrics({metric_of(SR_METRIC_COUNTER, "requests", 1e300), metric_of(SR_METRIC_GAUGE, "connections", -0.5)}),
       run, "two metrics");
  good(run.metrics({metric_of(SR_METRIC_COUNTER, "requests", 0)}), run, "metrics that have become fewer and smaller");
  std::vector<sr_metric> histogram(2, metric_of(SR_METRIC_BUCKET, "request_seconds", 3));
  histogram[0].exponent = 10;
  histogram[1].exponent = SR_METRIC_ALL;
  histogram.push_back(metric_of(SR_METRIC_SUM, "request_seconds", 0.25));
  good(run.metrics(histogram), run, "a histogram");
}

void leaves_out_metrics_that_it_does_not_know(Context& context) {
  MonitorRun run(context, context.settings);
  good(run.open(), run, "open");
  good(run.metrics({metric_of(4711, "tomorrow", 1)}), run, "a metric of an unknown kind");
}

void refuses_a_setting_that_it_does_not_know(Context& context) {
  auto settings = context.settings;
  settings.emplace_back("no_such_setting", "1");
  MonitorRun run(context, settings);
  expect_status(run.open(), SR_INVALID, "an unknown setting");
  expect(!run.is_open(), "a handle was written although open failed");
  expect(run.sentence().find("no_such_setting") != std::string::npos,
         "the sentence about an unknown setting does not name it");
}

void closes_at_any_point(Context& context) {
  MonitorRun unused(context, context.settings);
  good(unused.open(), unused, "open");
}

void needs_no_more_memory_for_more_events(Context& context) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  (void)context;
  throw Skipped{"a sanitizer keeps what was freed"};
#else
  constexpr std::uint64_t k_calls = 200;
  constexpr std::uint64_t k_most_kib = 2048;
  MonitorRun run(context, context.settings);
  good(run.open(), run, "open");
  const auto feed = [&](std::uint64_t from) {
    for (std::uint64_t i = 0; i < k_calls; ++i)
      good(run.events(many_events((from + i) * SR_MONITOR_MAX_EVENTS)), run, "events");
  };
  feed(0);
  const std::uint64_t before = peak_kib();
  const int descriptors = open_descriptors();
  feed(k_calls);
  expect(peak_kib() - before < k_most_kib, "50,000 more events take more than 2 MiB of memory");
  expect(open_descriptors() <= descriptors, "events leave descriptors open");
#endif
}

constexpr Check k_checks[] = {
    {"monitor.takes_events", &takes_events},
    {"monitor.takes_events_of_every_phase", &takes_events_of_every_phase},
    {"monitor.takes_odd_texts", &takes_odd_texts},
    {"monitor.takes_metrics", &takes_metrics},
    {"monitor.leaves_out_metrics_that_it_does_not_know", &leaves_out_metrics_that_it_does_not_know},
    {"monitor.refuses_a_setting_that_it_does_not_know", &refuses_a_setting_that_it_does_not_know},
    {"monitor.closes_at_any_point", &closes_at_any_point},
    {"monitor.needs_no_more_memory_for_more_events", &needs_no_more_memory_for_more_events},
};

}  // namespace

std::span<const Check> monitor_checks() {
  return k_checks;
}

}  // namespace strongroom::plugin_tests
