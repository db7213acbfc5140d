#include "tests/protocol/sample.h"

#include <algorithm>

namespace strongroom::tests {

using protocol::FieldInfo;
using protocol::StructInfo;
using protocol::TypeInfo;
using protocol::TypeKind;

namespace {

std::string value_of(const TypeInfo& type, const protocol::Bounds& bounds) {
  switch (type.kind) {
    case TypeKind::boolean:
      return "true";
    case TypeKind::integer:
      return std::to_string(std::max<std::int64_t>(bounds.min, 1));
    case TypeKind::floating:
      return "1.5";
    case TypeKind::string:
    case TypeKind::secret:
      return "\"" + std::string(static_cast<std::size_t>(std::max<std::int64_t>(bounds.min, 4)), 'a') + "\"";
    case TypeKind::object:
      return "{}";
    case TypeKind::list:
      return "[" + value_of(*type.element, {}) + "]";
    case TypeKind::map:
      return "{\"aaaa\":" + value_of(*type.element, {}) + "}";
    case TypeKind::structure:
      return sample_of(*type.structure);
    case TypeKind::enumeration:
      return "\"" + std::string(type.names.front()) + "\"";
  }
  return "null";
}

// JSON texts that are not of the type.
std::vector<std::string> foreign_values(const TypeInfo& type) {
  std::vector<std::string> values;
  if (type.kind != TypeKind::boolean) values.emplace_back("true");
  if (type.kind != TypeKind::integer && type.kind != TypeKind::floating) values.emplace_back("7");
  if (type.kind != TypeKind::floating) values.emplace_back("7.5");
  if (type.kind != TypeKind::string && type.kind != TypeKind::secret) values.emplace_back("\"text\"");
  if (type.kind != TypeKind::list) values.emplace_back("[]");
  if (type.kind != TypeKind::map && type.kind != TypeKind::structure && type.kind != TypeKind::object)
    values.emplace_back("{}");
  if (!type.nullable) values.emplace_back("null");
  return values;
}

std::string object_with(const StructInfo& type, const FieldInfo& replaced, const std::string& value) {
  std::string out = "{";
  for (const auto& field : type.fields) {
    if (out.size() > 1) out += ",";
    out += "\"" + std::string(field.name) + "\":";
    out += &field == &replaced ? value : value_of(*field.type, field.bounds);
  }
  return out + "}";
}

std::vector<Spoiled> spoiled_values(const TypeInfo& type) {
  std::vector<Spoiled> all;
  for (auto& value : foreign_values(type)) all.push_back({std::move(value), ""});
  if (type.kind == TypeKind::structure) {
    for (auto& inner : wrongly_typed(*type.structure)) all.push_back({inner.parameters, "." + inner.field});
  } else if (type.kind == TypeKind::list) {
    for (auto& inner : spoiled_values(*type.element))
      all.push_back({"[" + inner.parameters + "]", "[0]" + inner.field});
  } else if (type.kind == TypeKind::map) {
    for (auto& inner : spoiled_values(*type.element))
      all.push_back({"{\"aaaa\":" + inner.parameters + "}", ".aaaa" + inner.field});
  }
  return all;
}

}  // namespace

std::string sample_of(const StructInfo& type) {
  std::string out = "{";
  for (const auto& field : type.fields) {
    if (out.size() > 1) out += ",";
    out += "\"" + std::string(field.name) + "\":" + value_of(*field.type, field.bounds);
  }
  return out + "}";
}

std::vector<Spoiled> wrongly_typed(const StructInfo& type) {
  std::vector<Spoiled> all;
  for (const auto& field : type.fields)
    for (auto& value : spoiled_values(*field.type))
      all.push_back({object_with(type, field, value.parameters), std::string(field.name) + value.field});
  return all;
}

std::vector<NamedMethod> all_methods() {
  std::vector<NamedMethod> all;
  for (const auto* area : protocol::catalogue())
    for (const auto& method : area->methods)
      all.push_back({std::string(area->name) + "." + std::string(method.info->name), &method});
  return all;
}

}  // namespace strongroom::tests
