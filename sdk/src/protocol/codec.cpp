#include <strongroom/protocol/codec.h>

namespace strongroom::protocol::detail {

Error wrong_type(std::string_view expected) {
  return make_error(ErrorCode::invalid_argument, "must be " + std::string(expected));
}

Error out_of_bounds(const Bounds& bounds, std::string_view unit) {
  const bool low = bounds.min != Bounds{}.min;
  const bool high = bounds.max != Bounds{}.max;
  std::string text = "must be ";
  if (low && high)
    text += "from " + std::to_string(bounds.min) + " to " + std::to_string(bounds.max);
  else if (low)
    text += "at least " + std::to_string(bounds.min);
  else
    text += "at most " + std::to_string(bounds.max);
  return make_error(ErrorCode::invalid_argument, text.append(unit));
}

Status check(std::int64_t amount, const Bounds& bounds, std::string_view unit) {
  if (amount < bounds.min || amount > bounds.max) return out_of_bounds(bounds, unit);
  return {};
}

Error within(Error error, std::string_view name) {
  std::string subject(name);
  if (!error.subject.empty() && error.subject.front() != '[') subject.push_back('.');
  error.subject = subject + error.subject;
  return error;
}

Error within(Error error, std::size_t index) {
  std::string subject = "[" + std::to_string(index) + "]";
  if (!error.subject.empty() && error.subject.front() != '[') subject.push_back('.');
  error.subject = subject + error.subject;
  return error;
}

Error missing(std::string_view name) {
  return make_error(ErrorCode::invalid_argument, "is missing", std::string(name));
}

// An unknown name is the peer's text: it is bounded before it travels on.
Error unknown(std::string_view name) {
  return make_error(ErrorCode::invalid_argument, "is not known", std::string(name.substr(0, 64)));
}

Status Codec<RawObject>::decode(const JsonValue& in, RawObject& out, const Bounds&, const DecodeContext&) {
  if (in.kind() != JsonKind::object) return wrong_type("an object");
  WipedString text(wiped_heap());
  JsonWriter(text).value(in);
  out.json.assign(text);
  return {};
}

void Codec<RawObject>::encode(const RawObject& in, JsonWriter& writer) {
  JsonDocument document;
  if (document.parse(in.json))
    writer.value(document.root());
  else
    writer.begin_object().end_object();
}

}  // namespace strongroom::protocol::detail
