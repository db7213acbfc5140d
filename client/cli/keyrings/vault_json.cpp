#include "client/cli/keyrings/vault_json.h"

#include <strongroom/protocol/json.h>

namespace strongroom::cli::keyrings {

namespace {

using protocol::JsonKind;
using protocol::JsonValue;
using Names = std::vector<std::string>;

bool is_document(const JsonValue& value) {
  const JsonValue* const data = value.find("data");
  const bool says_lease = value.find("lease_duration") != nullptr || value.find("request_id") != nullptr;
  return data != nullptr && says_lease && (data->kind() == JsonKind::object || data->is_null());
}

// Version 2 of the engine puts what was stored beside what is known about it.
const JsonValue* metadata_of(const JsonValue& data) {
  const JsonValue* const metadata = data.find("metadata");
  const bool is_second = data.object().size() == 2 && data.find("data") != nullptr && metadata != nullptr &&
                         metadata->find("created_time") != nullptr && metadata->find("version") != nullptr &&
                         metadata->find("version")->kind() == JsonKind::integer;
  return is_second ? metadata : nullptr;
}

void take_value(ForeignItem& item, std::string_view name, const JsonValue& value) {
  if (value.kind() == JsonKind::string) return add_field(item, name, Secret(as_bytes(value.string())));
  if (value.is_null()) return add_note(item, "'" + std::string(name) + "' is null");
  WipedString text(wiped_heap());
  protocol::JsonWriter(text).value(value);
  add_field(item, name, Secret(as_bytes(text)));
}

void take_metadata(ForeignItem& item, const JsonValue& metadata) {
  add_detail(item, "vault-version", std::to_string(metadata.find("version")->integer()));
  if (const JsonValue* const custom = metadata.find("custom_metadata"))
    for (const auto& member : custom->object()) add_detail(item, member.name, member.value.string());
}

ForeignItem item_of(const JsonValue& document, const Names& names) {
  ForeignItem item{.names = names};
  const JsonValue* values = document.find("data");
  const JsonValue* const metadata = metadata_of(*values);
  if (metadata != nullptr) {
    values = values->find("data");
    if (values->is_null()) item.problem = "this version is deleted in Vault: undelete it there if you want it";
  }
  for (const auto& member : values->object()) take_value(item, member.name, member.value);
  // Behind the values, whose names it must not take.
  if (metadata != nullptr) take_metadata(item, *metadata);
  return item;
}

std::string shown(const Names& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : "/") + name;
  return out;
}

// The parser bounds the nesting.
Status take_tree(const JsonValue& value, Names& names, std::vector<ForeignItem>& items) {
  if (is_document(value)) {
    items.push_back(item_of(value, names));
    return {};
  }
  if (value.kind() != JsonKind::object)
    return make_error(ErrorCode::invalid_argument, "it is nothing that 'vault kv get -format=json' prints",
                      shown(names));
  for (const auto& member : value.object()) {
    const std::size_t before = names.size();
    for (std::string_view rest = member.name;;) {
      const auto slash = rest.find('/');
      names.emplace_back(rest.substr(0, slash));
      if (slash == std::string_view::npos) break;
      rest.remove_prefix(slash + 1);
    }
    STRONGROOM_CHECK(take_tree(member.value, names, items));
    names.resize(before);
  }
  return {};
}

}  // namespace

Result<std::vector<ForeignItem>> read_vault_json(std::string_view text, const std::vector<std::string>& name) {
  protocol::JsonDocument document;
  STRONGROOM_CHECK(document.parse(text));
  std::vector<ForeignItem> items;
  Names names = is_document(document.root()) ? name : Names();
  STRONGROOM_CHECK(take_tree(document.root(), names, items));
  return items;
}

}  // namespace strongroom::cli::keyrings
