// What a person types to open something, from the terminal or a pipe.
#pragma once

#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>

namespace strongroom::cli {

// A line. Errors: those of the terminal, too_large (4,096 bytes).
Result<Secret> ask_or_read(const char* prompt);

// All that an open descriptor has, without a newline at its end. Errors: invalid_argument (it is not open), too_large.
Result<Secret> read_given(int descriptor);

// Shares, one a line: on a terminal until an empty line.
Result<Secret> ask_or_read_shares();

}  // namespace strongroom::cli
