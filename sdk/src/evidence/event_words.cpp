#include <strongroom/evidence/event_words.h>

#include <algorithm>

namespace strongroom::evidence {
namespace {

void write(std::string_view name, std::string_view text, protocol::JsonWriter& writer) {
  if (!text.empty()) writer.key(name).string(text);
}

void write(std::string_view name, std::optional<std::uint64_t> number, protocol::JsonWriter& writer) {
  if (number) writer.key(name).integer(static_cast<std::int64_t>(*number));
}

void write_objects(BytesView objects, protocol::JsonWriter& writer) {
  if (objects.empty()) return;
  writer.key("objects").begin_array();
  for (; !objects.empty(); objects = objects.subspan(k_object_size))
    writer.string(to_hex(objects.first(k_object_size)));
  writer.end_array();
}

void write_box(const Event& event, protocol::JsonWriter& writer) {
  if (!event.paths.empty()) {
    writer.key("paths").begin_array();
    for (const auto path : event.paths) writer.string(path);
    writer.end_array();
  }
  write("reason", event.reason, writer);
}

}  // namespace

void write_words(const OpenedEvent& opened, protocol::JsonWriter& writer) {
  const Event& event = opened.event;
  writer.begin_object();
  writer.key("seq").integer(static_cast<std::int64_t>(opened.header.sequence));
  writer.key("time_s").integer(opened.header.time_s);
  writer.key("epoch").integer(opened.header.epoch);
  write("action", event.action, writer);
  write("phase", name_of(event.phase), writer);
  write("decision", name_of(event.decision), writer);
  write("rule", event.rule, writer);
  write("result", event.result, writer);
  write("actor", event.actor, writer);
  write("auth", event.authentication, writer);
  write("session", event.session, writer);
  write("uid", event.uid, writer);
  write("pid", event.pid, writer);
  write("client", event.client, writer);
  write_objects(event.objects, writer);
  write("request", event.request, writer);
  writer.key("time_ns").integer(event.time_ns);
  write("boot_ns", event.boot_ns, writer);
  write("generation", event.generation, writer);
  write("intent", event.intent, writer);
  write("count", event.count, writer);
  write("detail", event.detail, writer);
  write_box(event, writer);
  writer.end_object();
}

bool same_json(const protocol::JsonValue& left, const protocol::JsonValue& right) noexcept {
  using protocol::JsonKind;
  if (left.kind() != right.kind()) return false;
  switch (left.kind()) {
    case JsonKind::null:
      return true;
    case JsonKind::boolean:
      return left.boolean() == right.boolean();
    case JsonKind::integer:
      return left.integer() == right.integer();
    case JsonKind::floating:
      return left.floating() == right.floating();
    case JsonKind::string:
      return left.string() == right.string();
    case JsonKind::array:
      return std::ranges::equal(left.array(), right.array(), same_json);
    case JsonKind::object:
      return left.object().size() == right.object().size() && std::ranges::all_of(left.object(), [&](const auto& m) {
               const auto* other = right.find(m.name);
               return other && same_json(m.value, *other);
             });
  }
  return false;
}

}  // namespace strongroom::evidence
