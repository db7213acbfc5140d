// Templates: text in which {{ strongroom://path#field }} stands for a value.
#pragma once

#include <string_view>
#include <vector>

#include <strongroom/base/result.h>

#include "client/cli/reference.h"

namespace strongroom::cli {

struct TemplatePiece {
  std::string_view text;  // as it stands; empty for a reference
  Reference reference;    // when `is_reference`
  bool is_reference = false;
  std::size_t line = 0;  // from 1
};

// Splits a template. Only "{{", blanks, "strongroom://", up to "}}" on the same line is a reference; other braces are
// text. The pieces point into `text`. Error: invalid_argument; subject is "line N".
Result<std::vector<TemplatePiece>> parse_template(std::string_view text);

}  // namespace strongroom::cli
