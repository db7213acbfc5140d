#include "daemon/audit/audit_service.h"

namespace strongroom::audit {
namespace {

namespace wire = protocol::audit;

std::string_view type_name(evidence::EntryType type) {
  constexpr std::string_view k_names[] = {"event", "key", "epoch", "skip", "recovery", "witness"};
  return k_names[static_cast<std::size_t>(type) - 1];
}

std::optional<std::string> text(std::string_view value) {
  if (value.empty()) return std::nullopt;
  return std::string(value);
}

std::optional<std::int64_t> number(std::optional<std::uint64_t> value) {
  if (!value) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

void show_record(const evidence::Entry& entry, wire::Event& shown) {
  if (const auto* skip = std::get_if<evidence::SkipEntry>(&entry.content)) {
    constexpr std::string_view k_kinds[] = {"the clock was set back", "the clock was set forward",
                                            "the daemon did not run"};
    shown.detail = std::string(k_kinds[static_cast<std::size_t>(skip->kind) - 1]) + ", by " +
                   std::to_string(std::abs(skip->to_s - skip->from_s)) + " s";
  } else if (const auto* recovery = std::get_if<evidence::RecoveryEntry>(&entry.content)) {
    shown.detail = std::to_string(recovery->torn) + " bytes of an unfinished entry were cut";
  } else if (const auto* epoch = std::get_if<evidence::EpochEntry>(&entry.content)) {
    shown.detail = "epoch " + std::to_string(entry.header.epoch) + " begins" +
                   (epoch->closes == 0 ? "" : ", epoch " + std::to_string(epoch->closes) + " is closed");
  } else if (const auto* witness = std::get_if<evidence::WitnessEntry>(&entry.content)) {
    shown.detail = std::string(witness->note);
  }
}

void show_what(const evidence::Event& event, wire::Event& shown) {
  shown.action = text(event.action);
  shown.phase = text(evidence::name_of(event.phase));
  shown.decision = event.decision == evidence::Decision::allowed ? wire::Decision::allowed : wire::Decision::denied;
  shown.rule = text(event.rule);
  shown.result = text(event.result);
  shown.time_ns = event.time_ns;
  shown.boot_ns = static_cast<std::int64_t>(event.boot_ns);
  shown.generation = number(event.generation);
  shown.intent = number(event.intent);
  shown.count = number(event.count);
  shown.detail = text(event.detail);
}

void show_who(const evidence::Event& event, wire::Event& shown) {
  shown.actor = text(event.actor);
  shown.auth = text(event.authentication);
  shown.session = number(event.session);
  shown.uid = number(event.uid);
  shown.pid = number(event.pid);
  shown.client = text(event.client);
  shown.request = number(event.request);
  shown.reason = text(event.reason);
}

}  // namespace

wire::Event shown_event(const EventReader::Read& read) {
  wire::Event shown;
  shown.seq = static_cast<std::int64_t>(read.sequence);
  shown.time_s = read.entry.header.time_s;
  shown.epoch = read.entry.header.epoch;
  shown.type = type_name(read.entry.header.type);
  if (!read.event) {
    show_record(read.entry, shown);
    return shown;
  }
  const auto& event = read.event->event;
  show_what(event, shown);
  show_who(event, shown);
  for (std::size_t at = 0; at < event.objects.size(); at += evidence::k_object_size) {
    if (!shown.objects) shown.objects.emplace();
    shown.objects->push_back(to_hex(event.objects.subspan(at, evidence::k_object_size)));
  }
  if (!event.paths.empty()) shown.paths.emplace(event.paths.begin(), event.paths.end());
  return shown;
}

}  // namespace strongroom::audit
