#include "client/cli/import_file.h"

#include <strongroom/protocol/json.h>

#include "client/cli/env_file.h"

namespace strongroom::cli {

namespace {

using protocol::JsonKind;
using protocol::JsonValue;

Status take_member(const std::string& name, const JsonValue& value, std::vector<ImportedValue>& out);

Status take_object(const std::string& prefix, const JsonValue& object, std::vector<ImportedValue>& out) {
  for (const auto& member : object.object()) {
    if (member.name.empty()) return make_error(ErrorCode::invalid_argument, "a member has an empty name", prefix);
    STRONGROOM_CHECK(take_member(prefix + std::string(member.name), member.value, out));
  }
  return {};
}

Status take_member(const std::string& name, const JsonValue& value, std::vector<ImportedValue>& out) {
  switch (value.kind()) {
    case JsonKind::null:
      out.push_back({name, Secret(), "null"});
      return {};
    case JsonKind::boolean:
      out.push_back({name, Secret(as_bytes(value.boolean() ? "true" : "false")), {}});
      return {};
    case JsonKind::integer:
      out.push_back({name, Secret(as_bytes(std::to_string(value.integer()))), {}});
      return {};
    case JsonKind::string:
      out.push_back({name, Secret(as_bytes(value.string())), value.string().empty() ? "empty" : ""});
      return {};
    case JsonKind::object:
      return take_object(name + "/", value, out);
    case JsonKind::floating:
      return make_error(ErrorCode::invalid_argument, "write the number as a string, so that it stays as it is", name);
    case JsonKind::array:
      return make_error(ErrorCode::invalid_argument, "a list has no names to store its values under", name);
  }
  return {};
}

Result<std::vector<ImportedValue>> read_json(std::string_view text) {
  protocol::JsonDocument document;
  STRONGROOM_CHECK(document.parse(text));
  if (document.root().kind() != JsonKind::object)
    return make_error(ErrorCode::invalid_argument, "the file is no JSON object of names and values");
  std::vector<ImportedValue> values;
  STRONGROOM_CHECK(take_object("", document.root(), values));
  return values;
}

}  // namespace

ImportFormat import_format(std::string_view asked, std::string_view file) {
  if (asked == "docker") return ImportFormat::docker;
  if (asked == "json" || (asked.empty() && file.ends_with(".json"))) return ImportFormat::json;
  return ImportFormat::dotenv;
}

Result<std::vector<ImportedValue>> read_import_file(std::string_view text, ImportFormat format) {
  if (format == ImportFormat::json) return read_json(text);
  STRONGROOM_ASSIGN(auto variables,
                    parse_env_file(text, format == ImportFormat::docker ? EnvDialect::docker : EnvDialect::dotenv));
  std::vector<ImportedValue> values;
  for (auto& variable : variables) {
    const char* note = !variable.given          ? "a name without a value"
                       : variable.value.empty() ? "empty"
                       : variable.dollar        ? "has '$', which is kept as it is"
                                                : "";
    values.push_back({std::move(variable.name), std::move(variable.value), note, variable.line});
  }
  return values;
}

}  // namespace strongroom::cli
