// Foreign items as text, for tests to compare.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "client/cli/keyrings/foreign_item.h"

namespace strongroom::cli::keyrings {

inline std::map<std::string, std::string> fields_of(const ForeignItem& item) {
  std::map<std::string, std::string> fields;
  for (const auto& field : item.fields) fields[field.name] = std::string(field.value.reveal_text(RevealReason::test));
  return fields;
}

inline std::string name_of(const ForeignItem& item) {
  std::string out;
  for (const auto& name : item.names) out += (out.empty() ? "" : "|") + name;
  return out;
}

}  // namespace strongroom::cli::keyrings
