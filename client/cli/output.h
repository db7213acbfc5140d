// Printing answers from their declaration: aligned for people, one document for programs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <strongroom/protocol/field.h>
#include <strongroom/protocol/json.h>

namespace strongroom::cli {

// The answer as one JSON document. When its only field is a list, the list itself. Ends with a newline.
std::string as_json(const protocol::StructInfo& type, const protocol::JsonValue& value);

// The answer for a person: a line a field, lists of structs as tables. Names ending in _ms are shown as times. Secrets
// are shown: commands that must not show them do not ask for them.
std::string as_text(const protocol::StructInfo& type, const protocol::JsonValue& value);

// Columns aligned by the width of characters; cells are neutralised. The first row is the heading, in bold on a
// terminal that wants colour.
std::string as_table(const std::vector<std::vector<std::string>>& rows);

// Whether standard output is a terminal that wants colour (NO_COLOR, TERM=dumb).
bool colour_is_wanted() noexcept;

}  // namespace strongroom::cli
