// One text of a CSV file.
#pragma once

#include <string>
#include <string_view>

namespace strongroom::csv {

// What is done about texts that a spreadsheet would take for a formula.
enum class Formulas { neutralise, keep };

// Whether a spreadsheet may run `text`: after white space and control characters it begins with = + - @ or a full-width
// form of them, or there is a tab or CR among what precedes.
bool looks_like_formula(std::string_view text) noexcept;

// Appends `text` as a field of RFC 4180, quoted where it must be. An empty text is quoted, so that it is not taken for
// an empty cell. Invalid UTF-8 becomes U+FFFD.
void append_field(std::string& out, std::string_view text, Formulas formulas);

}  // namespace strongroom::csv
