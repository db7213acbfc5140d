#include "daemon/ipc/dispatcher.h"

#include <algorithm>

#include <strongroom/protocol/codec.h>

namespace strongroom::ipc {

namespace {

struct DescriptionRequest {
  std::string interface;

  static constexpr auto fields() {
    return std::tuple{
        protocol::Field<&DescriptionRequest::interface>{"interface", "Name of the interface.", {.min = 0, .max = 255}}};
  }
};

constexpr std::string_view k_service = "org.varlink.service";
constexpr auto k_public = protocol::not_audited("It tells nothing about what is stored.");
constexpr protocol::MethodInfo k_get_info{
    .name = "GetInfo", .documentation = "Tells what the service is.", .audit = k_public};
constexpr protocol::MethodInfo k_describe{
    .name = "GetInterfaceDescription", .documentation = "Tells the definition of an interface.", .audit = k_public};

}  // namespace

Dispatcher::Dispatcher(Identity identity, Admission admission)
    : identity_(std::move(identity)), admission_(std::move(admission)) {
  add_interface(std::string(k_service), std::string(protocol::service_varlink_text()));
  bind_service_interface();
}

void Dispatcher::add_interface(std::string name, std::string text) {
  interfaces_.emplace_back(std::move(name), std::move(text));
}

void Dispatcher::add_method(std::string interface, const protocol::MethodInfo& info, BoundMethod method) {
  method.info = &info;
  method.interface = std::move(interface);
  std::string name = method.full_name();
  methods_.insert_or_assign(std::move(name), std::move(method));
}

Result<const BoundMethod*> Dispatcher::find(std::string_view full_name) const {
  if (const auto found = methods_.find(full_name); found != methods_.end()) return &found->second;
  const std::string shown(full_name.substr(0, 128));
  const std::string_view interface = full_name.substr(0, std::min(full_name.rfind('.'), full_name.size()));
  const bool known = std::ranges::any_of(interfaces_, [&](const auto& entry) { return entry.first == interface; });
  if (known) return make_error(ErrorCode::method_not_found, "there is no such method", shown);
  return make_error(ErrorCode::interface_not_found, "there is no such interface",
                    std::string(interface.substr(0, 128)));
}

std::vector<std::string> Dispatcher::method_names() const {
  std::vector<std::string> names;
  for (const auto& [name, method] : methods_) names.push_back(name);
  return names;
}

void Dispatcher::bind_service_interface() {
  BoundMethod info;
  info.now = [this](const protocol::JsonValue&, const CallInfo&, WipedString& out) { return describe_service(out); };
  add_method(std::string(k_service), k_get_info, std::move(info));
  BoundMethod description;
  description.now = [this](const auto& parameters, const CallInfo& call, WipedString& out) {
    return describe_interface(parameters, call, out);
  };
  add_method(std::string(k_service), k_describe, std::move(description));
}

Status Dispatcher::describe_service(WipedString& out) const {
  protocol::JsonWriter writer(out);
  writer.begin_object();
  writer.key("vendor").string(identity_.vendor).key("product").string(identity_.product);
  writer.key("version").string(identity_.version).key("url").string(identity_.url);
  writer.key("interfaces").begin_array();
  for (const auto& [name, text] : interfaces_) writer.string(name);
  writer.end_array().end_object();
  return {};
}

Status Dispatcher::describe_interface(const protocol::JsonValue& parameters, const CallInfo&, WipedString& out) const {
  DescriptionRequest request;
  STRONGROOM_CHECK(protocol::decode(parameters, request));
  for (const auto& [name, text] : interfaces_)
    if (name == request.interface) {
      protocol::JsonWriter(out).begin_object().key("description").string(text).end_object();
      return {};
    }
  return make_error(ErrorCode::interface_not_found, "there is no such interface", request.interface);
}

}  // namespace strongroom::ipc
