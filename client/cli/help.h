// The help that is not one command's: the overview, groups, mistakes, and the reference in docs/cli.md.
#pragma once

#include <string>
#include <vector>

namespace strongroom::cli {

// "--version", "--help", or nothing: the overview.
int run_without_command(const std::vector<std::string>& options);
// "help [command]"; "help --reference" prints docs/cli.md.
int run_help(const std::vector<std::string>& words);
// Names what is near. Returns the exit code for usage.
int say_unknown_command(const std::vector<std::string>& words);

}  // namespace strongroom::cli
