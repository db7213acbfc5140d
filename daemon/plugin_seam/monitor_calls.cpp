#include "daemon/plugin_seam/monitor_calls.h"

#include "daemon/plugin_seam/messages.h"

namespace strongroom::plugin_seam {
namespace {

Error malformed() {
  return make_error(ErrorCode::malformed, "a message between the daemon and a monitor's process is malformed");
}

void text(ByteWriter<Bytes>& writer, sr_bytes bytes) {
  writer.bytes({bytes.data, static_cast<std::size_t>(bytes.size)});
}

sr_bytes text(ByteReader& reader) {
  const BytesView bytes = reader.bytes(k_max_text);
  return {bytes.data(), bytes.size()};
}

}  // namespace

Bytes encode(const OpenMonitorCall& call) {
  Bytes out;
  ByteWriter writer(out);
  writer.u32(static_cast<std::uint32_t>(call.settings.size()));
  for (const auto& [name, value] : call.settings) {
    writer.text(name);
    writer.text(value);
  }
  writer.u32(static_cast<std::uint32_t>(call.descriptors.size()));
  for (const auto& name : call.descriptors) writer.text(name);
  return out;
}

Result<OpenMonitorCall> decode_open_monitor(BytesView content) {
  ByteReader reader(content);
  OpenMonitorCall call;
  for (std::uint32_t left = reader.u32(); left > 0 && reader.ok(); --left) {
    std::string name(reader.text(k_max_text));
    call.settings.insert_or_assign(std::move(name), std::string(reader.text(k_max_text)));
  }
  for (std::uint32_t left = reader.u32(); left > 0 && reader.ok(); --left)
    call.descriptors.emplace_back(reader.text(k_max_text));
  if (!reader.finished()) return malformed();
  return call;
}

void begin_events(Bytes& out, std::uint64_t lost) {
  ByteWriter(out).u64(lost);
}

void write_event(Bytes& out, const sr_event& event) {
  ByteWriter writer(out);
  writer.u64(event.sequence);
  writer.i64(event.time_ms);
  writer.u64(event.count);
  writer.u64(event.request);
  writer.u64(event.uid);
  for (const sr_bytes& each : {event.action, event.phase, event.decision, event.result, event.actor, event.objects})
    text(writer, each);
}

Result<std::vector<sr_event>> read_events(BytesView content, std::uint64_t& lost) {
  ByteReader reader(content);
  lost = reader.u64();
  std::vector<sr_event> events;
  while (reader.ok() && reader.left() > 0 && events.size() < SR_MONITOR_MAX_EVENTS) {
    sr_event event{};
    event.sequence = reader.u64();
    event.time_ms = reader.i64();
    event.count = reader.u64();
    event.request = reader.u64();
    event.uid = reader.u64();
    for (sr_bytes* each : {&event.action, &event.phase, &event.decision, &event.result, &event.actor, &event.objects})
      *each = text(reader);
    events.push_back(event);
  }
  if (!reader.finished()) return malformed();
  return events;
}

void write_metric(Bytes& out, const sr_metric& metric) {
  ByteWriter writer(out);
  writer.u32(metric.kind);
  writer.u32(metric.exponent);
  std::uint64_t bits = 0;
  static_assert(sizeof bits == sizeof metric.value);
  std::memcpy(&bits, &metric.value, sizeof bits);
  writer.u64(bits);
  text(writer, metric.name);
  text(writer, metric.help);
}

Result<std::vector<sr_metric>> read_metrics(BytesView content) {
  ByteReader reader(content);
  std::vector<sr_metric> metrics;
  while (reader.ok() && reader.left() > 0 && metrics.size() < SR_MONITOR_MAX_METRICS) {
    sr_metric metric{};
    metric.kind = reader.u32();
    metric.exponent = reader.u32();
    const std::uint64_t bits = reader.u64();
    std::memcpy(&metric.value, &bits, sizeof bits);
    metric.name = text(reader);
    metric.help = text(reader);
    metrics.push_back(metric);
  }
  if (!reader.finished()) return malformed();
  return metrics;
}

}  // namespace strongroom::plugin_seam
