// Changing some lines of a configuration file and leaving the others as a person has written them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strongroom::cli {

// The text with these keys of a section set: a line `key = value` takes the place of the key's own line, a missing one
// stands at the end of the section, a missing section at the end of the text. Values are written as they are given, so
// a text needs its quotes (toml_text). Knows one entry a line; whoever uses it has the result checked by who reads it.
std::string with_entries(std::string_view text, std::string_view section,
                         const std::vector<std::pair<std::string, std::string>>& entries);

// A TOML basic string (TOML 1.0, "String").
std::string toml_text(std::string_view text);

}  // namespace strongroom::cli
