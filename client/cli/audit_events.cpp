#include "client/cli/audit_events.h"

#include <algorithm>

#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace wire = protocol::audit;
using protocol::JsonKind;
using protocol::JsonValue;

namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

std::string time_of(const wire::Event& event) {
  return local_time(event.time_ns ? *event.time_ns / 1'000'000 : event.time_s * 1000);
}

std::string result_of(const wire::Event& event) {
  if (event.type != "event") return "";
  if (event.decision == wire::Decision::denied) return "denied: " + event.result.value_or("");
  if (event.result) return *event.result;
  return event.phase.value_or("");
}

std::string action_of(const wire::Event& event) {
  std::string action = event.action ? *event.action : "(" + event.type + ")";
  if (event.count) action += " x" + std::to_string(*event.count);
  return action;
}

// What it was about; of records, what they say.
std::string object_of(const wire::Event& event) {
  if (event.paths) return joined(*event.paths);
  if (event.type == "witness") return "a cosigned checkpoint";
  if (event.type != "event") return event.detail.value_or("");
  if (event.objects) return "id " + joined(*event.objects);
  return "";
}

std::string or_dash(std::string text) {
  return text.empty() ? "-" : text;
}

struct Line {
  std::string_view member;
  std::string_view title;
};

constexpr Line k_lines[] = {{"seq", "entry"},          {"type", "type"},       {"time_s", "time"},
                            {"action", "action"},      {"paths", "about"},     {"decision", "decision"},
                            {"rule", "decided by"},    {"result", "result"},   {"phase", "phase"},
                            {"intent", "intent"},      {"count", "count"},     {"detail", "detail"},
                            {"reason", "reason"},      {"client", "client"},   {"actor", "actor"},
                            {"auth", "authenticated"}, {"uid", "uid"},         {"pid", "pid"},
                            {"session", "session"},    {"request", "request"}, {"generation", "generation"},
                            {"objects", "object ids"}, {"epoch", "epoch"},     {"time_ns", "nanoseconds"},
                            {"boot_ns", "since boot"}};

std::string value_text(std::string_view member, const JsonValue& value) {
  if (member == "time_s") return local_time(value.integer() * 1000);
  if (value.kind() == JsonKind::integer) return std::to_string(value.integer());
  if (value.kind() == JsonKind::string) return neutralised(value.string());
  std::string all;
  for (const auto& item : value.array()) all += (all.empty() ? "" : ", ") + neutralised(item.string());
  return all;
}

}  // namespace

std::vector<std::string> event_heading() {
  return {"entry", "time", "actor", "action", "result", "about", "client", "reason"};
}

std::vector<std::string> event_row(const wire::Event& event) {
  return {std::to_string(event.seq),          time_of(event),
          or_dash(event.actor.value_or("")),  action_of(event),
          or_dash(result_of(event)),          or_dash(object_of(event)),
          or_dash(event.client.value_or("")), or_dash(event.reason.value_or(""))};
}

std::string event_line(const wire::Event& event) {
  std::string line;
  for (const auto& cell : event_row(event))
    if (cell != "-") line += (line.empty() ? "" : "  ") + neutralised(cell);
  return line + "\n";
}

std::string event_text(const JsonValue& event) {
  constexpr std::size_t k_width = 15;
  std::string out;
  for (const auto& [member, title] : k_lines) {
    const JsonValue* value = event.find(member);
    if (!value || value->is_null()) continue;
    std::string line(title);
    line.resize(k_width, ' ');
    out += line + value_text(member, *value) + "\n";
  }
  return out;
}

}  // namespace strongroom::cli
