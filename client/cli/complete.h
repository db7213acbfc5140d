// Completion of a command line, and the scripts that ask for it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/result.h>

namespace strongroom::cli {

// What may stand for the last of `words` (which may be empty): a line for each candidate, a tab and a few words about
// it behind it. The first line is ":files" when names of files may stand there, ":none" otherwise. A candidate that
// ends in
// '/' or '=' is not finished. Paths of secrets are asked of a daemon that runs; none is started, nobody is asked
// anything, and no answer within a second means no paths.
std::string candidates(const std::vector<std::string>& words);

// A command line up to the cursor, in the words that a shell would make of it: quotes and backslashes are understood,
// nothing is expanded. The first word is dropped. For bash, which splits at ':' and '=' itself.
std::vector<std::string> split_line(std::string_view line);

// The script for "bash", "zsh" or "fish"; empty for another name.
std::string_view completion_script(std::string_view shell);

// The hidden command "__complete [--line LINE | -- WORD...]". Returns the exit code.
int run_complete(const std::vector<std::string>& words);

}  // namespace strongroom::cli
