// What `vault kv get -format=json` and `bao kv get -format=json` print
// (https://developer.hashicorp.com/vault/api-docs/secret/kv, versions 1 and 2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/result.h>

#include "client/cli/keyrings/foreign_item.h"

namespace strongroom::cli::keyrings {

// One document, which gets the name `name` (it does not say its own), or an object of documents by path, nested as one
// likes: {"shop/db": {...}, "mail": {"smtp": {...}}}. Members become fields of their names: texts as they are, numbers
// and truth values as text, lists and objects as JSON. Custom metadata becomes metadata. A deleted version is a problem
// of its item. Errors: malformed or invalid_argument; subject names the member.
Result<std::vector<ForeignItem>> read_vault_json(std::string_view text, const std::vector<std::string>& name);

}  // namespace strongroom::cli::keyrings
