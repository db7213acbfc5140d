// What a person types to open something, from the terminal or a pipe.
#pragma once

#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>

namespace strongroom::cli {

// A line. Errors: those of the terminal, too_large (4,096 bytes).
Result<Secret> ask_or_read(const char* prompt);

// Shares, one a line: on a terminal until an empty line.
Result<Secret> ask_or_read_shares();

}  // namespace strongroom::cli
