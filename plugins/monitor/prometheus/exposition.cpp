#include "plugins/monitor/prometheus/exposition.h"

#include <cmath>

#include <strongroom/plugin/export_text.h>

namespace strongroom::prometheus {
namespace {

// Actions and results come from closed lists; this is the bound for a daemon that is newer.
constexpr std::size_t k_most_series = 2000;

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\' || (quotes && c == '"')) out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
}

void append_head(std::string& out, std::string_view name, std::string_view help, std::string_view type) {
  out.append("# HELP strongroom_").append(name).append(" ");
  append_escaped(out, help, false);
  out.append("\n# TYPE strongroom_").append(name).append(" ").append(type).append("\n");
}

void append_label(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append("=\"");
  append_escaped(out, value, true);
  out += '"';
}

}  // namespace

// A histogram has one head, and its last bucket is its count too.
void Exposition::append_value(std::string& out, const Value& value, const Value* before) {
  using plugin::MetricKind;
  const bool histogram = value.kind == MetricKind::bucket || value.kind == MetricKind::sum;
  const bool first = before == nullptr || before->name != value.name;
  if (first)
    append_head(out, value.name, value.help,
                histogram                           ? "histogram"
                : value.kind == MetricKind::counter ? "counter"
                                                    : "gauge");
  const auto line = [&](std::string_view suffix) {
    out.append("strongroom_").append(value.name).append(suffix).append(" ");
    plugin::append_real(out, value.value);
    out += '\n';
  };
  if (value.kind == MetricKind::sum) return line("_sum");
  if (value.kind != MetricKind::bucket) return line("");
  if (value.exponent == SR_METRIC_ALL) {
    line("_bucket{le=\"+Inf\"}");
    return line("_count");
  }
  std::string bound;
  plugin::append_real(bound, std::ldexp(1e-6, static_cast<int>(value.exponent)));
  line("_bucket{le=\"" + bound + "\"}");
}

void Exposition::count(std::span<const plugin::Event> events, std::uint64_t lost) {
  const std::lock_guard guard(mutex_);
  lost_ += lost;
  for (const auto& event : events) {
    if (event.phase == "intent") continue;
    Labels labels{event.action, event.decision, event.result};
    if (counts_.size() >= k_most_series && !counts_.contains(labels)) labels = {"other", "", ""};
    counts_[std::move(labels)] += event.count;
  }
}

void Exposition::set(std::span<const plugin::Metric> metrics) {
  const std::lock_guard guard(mutex_);
  values_.clear();
  for (const auto& metric : metrics)
    values_.push_back({std::string(metric.name), std::string(metric.help), metric.kind, metric.exponent, metric.value});
}

std::string Exposition::text() const {
  const std::lock_guard guard(mutex_);
  std::string out;
  append_head(out, "events_total", "Events of the audit log since this monitor began.", "counter");
  for (const auto& [labels, count] : counts_) {
    out += "strongroom_events_total{";
    append_label(out, "action", std::get<0>(labels));
    out += ',';
    append_label(out, "decision", std::get<1>(labels));
    out += ',';
    append_label(out, "result", std::get<2>(labels));
    out += "} " + std::to_string(count) + "\n";
  }
  append_head(out, "events_lost_total", "Events that came faster than this monitor took them.", "counter");
  out += "strongroom_events_lost_total " + std::to_string(lost_) + "\n";
  const Value* before = nullptr;
  for (const auto& value : values_) {
    append_value(out, value, before);
    before = &value;
  }
  return out;
}

}  // namespace strongroom::prometheus
