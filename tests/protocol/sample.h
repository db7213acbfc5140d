// Valid requests made from declarations, and ways to spoil them.
#pragma once

#include <string>
#include <vector>

#include <strongroom/protocol/catalogue.h>

namespace strongroom::tests {

// A JSON object with every field of `type` present and valid.
std::string sample_of(const protocol::StructInfo& type);

struct Spoiled {
  std::string parameters;  // with one field replaced by a value of a wrong type
  std::string field;       // its path, as an error must name it
};

// One for every field at every depth and every wrong type.
std::vector<Spoiled> wrongly_typed(const protocol::StructInfo& type);

struct NamedMethod {
  std::string name;
  const protocol::MethodEntry* entry = nullptr;
};

// All methods of the catalogue with their full names.
std::vector<NamedMethod> all_methods();

}  // namespace strongroom::tests
