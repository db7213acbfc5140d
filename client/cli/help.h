// The help that is not one command's: the overview, groups, mistakes, and the reference in docs/cli.md.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strongroom::cli {

// "--version", "--help", or nothing: the overview.
int run_without_command(const std::vector<std::string>& options);
// What each exit code means, from 0 on.
std::span<const std::string_view> exit_code_meanings();

// "help [command]"; "help --reference" prints docs/cli.md; "help --man FOLDER" writes the manual pages.
int run_help(const std::vector<std::string>& words);
// Names what is near. Returns the exit code for usage.
int say_unknown_command(const std::vector<std::string>& words);

}  // namespace strongroom::cli
