#include <strongroom/protocol/message.h>

namespace strongroom::protocol {

namespace {

Error malformed(const char* what) {
  return make_error(ErrorCode::malformed, what);
}

Status read_flag(const JsonMember& member, bool& out) {
  if (member.value.is_null()) return {};
  if (member.value.kind() != JsonKind::boolean) return malformed("a flag of the call is neither true nor false");
  out = member.value.boolean();
  return {};
}

Status read_member(const JsonMember& member, CallEnvelope& call) {
  if (member.name == "more") return read_flag(member, call.more);
  if (member.name == "oneway") return read_flag(member, call.oneway);
  if (member.name == "upgrade") return read_flag(member, call.upgrade);
  if (member.name == "method") {
    if (member.value.kind() != JsonKind::string) return malformed("the method of the call is not a string");
    call.method = member.value.string();
    return {};
  }
  if (member.name == "parameters") {
    if (!member.value.is_null() && member.value.kind() != JsonKind::object)
      return malformed("the parameters of the call are not an object");
    call.parameters = member.value;
    return {};
  }
  return malformed("the call has a member that is not known");
}

// Name of the one parameter that each standard error has.
std::string_view standard_parameter(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "parameter";
    case ErrorCode::method_not_found:
    case ErrorCode::not_implemented:
      return "method";
    case ErrorCode::interface_not_found:
      return "interface";
    default:
      return {};
  }
}

std::string text_of(const JsonValue& parameters, std::string_view name) {
  const JsonValue* found = parameters.find(name);
  return found ? std::string(found->string()) : std::string();
}

}  // namespace

Result<CallEnvelope> read_call(const JsonValue& message) {
  if (message.kind() != JsonKind::object) return malformed("the message is not an object");
  CallEnvelope call;
  for (const auto& member : message.object()) STRONGROOM_CHECK(read_member(member, call));
  if (call.method.empty()) return malformed("the call names no method");
  if (call.more && call.oneway) return malformed("a call is either 'more' or 'oneway'");
  return call;
}

void begin_call(WipedString& out, std::string_view method, bool more, bool oneway) {
  out.append("{\"method\":\"").append(method).append("\",");
  if (more) out.append("\"more\":true,");
  if (oneway) out.append("\"oneway\":true,");
  out.append("\"parameters\":");
}

void begin_reply(WipedString& out, bool continues) {
  out.append(continues ? "{\"continues\":true,\"parameters\":" : "{\"parameters\":");
}

void end_message(WipedString& out) {
  out.push_back('}');
  out.push_back('\0');
}

void write_error(WipedString& out, const Error& error, std::int64_t request_id) {
  const ErrorInfo& info = error_info(error.code);
  const std::string_view parameter = standard_parameter(error.code);
  const bool standard = info.varlink_name.starts_with("org.varlink.service.");
  JsonWriter writer(out);
  writer.begin_object().key("error").string(info.varlink_name).key("parameters").begin_object();
  if (!parameter.empty()) writer.key(parameter).string(error.subject);
  if (standard) writer.key("io.strongroom").begin_object();
  writer.key("message").string(error.message);
  if (!error.subject.empty()) writer.key("subject").string(error.subject);
  writer.key("retryable").boolean(info.retryable).key("request_id").integer(request_id);
  if (standard) writer.end_object();
  writer.end_object().end_object();
  out.push_back('\0');
}

Result<ReplyEnvelope> read_reply(const JsonValue& message, bool& protocol_failure) {
  protocol_failure = false;
  ReplyEnvelope reply;
  std::string_view name;
  bool sound = message.kind() == JsonKind::object;
  for (const auto& member : message.object()) {
    if (member.name == "parameters" && (member.value.kind() == JsonKind::object || member.value.is_null()))
      reply.parameters = member.value;
    else if (member.name == "error" && member.value.kind() == JsonKind::string)
      name = member.value.string();
    else if (member.name == "continues" && member.value.kind() == JsonKind::boolean)
      reply.continues = member.value.boolean();
    else
      sound = false;
  }
  if (!sound) {
    protocol_failure = true;
    return malformed("the answer is no message of this protocol");
  }
  if (name.empty()) return reply;
  const ErrorCode code = error_code_of_varlink(name);
  const JsonValue* extra = reply.parameters.find("io.strongroom");
  const JsonValue& details = extra ? *extra : reply.parameters;
  Error error = make_error(code, text_of(details, "message"), text_of(details, "subject"));
  if (const auto parameter = standard_parameter(code); error.subject.empty() && !parameter.empty())
    error.subject = text_of(reply.parameters, parameter);
  if (error_info(code).varlink_name != name) error.subject = std::string(name);
  if (error.message.empty()) error.message = "the service answered " + std::string(name);
  return error;
}

}  // namespace strongroom::protocol
