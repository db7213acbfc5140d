// Starting the command.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "client/cli/run/environment.h"

namespace strongroom::cli::run {

struct Command {
  std::vector<std::string> words;  // the program and its arguments
  std::vector<int> inherited;      // descriptors it gets besides 0, 1 and 2
};

struct ChildStreams {
  std::string terminal;  // opened as standard input in a session of its own; empty: as they are
  int output = -1;       // -1: as it is
  int errors = -1;
};

struct Started {
  pid_t process = -1;
  int reason = 0;  // errno when it could not be started
};

// Runs `program`, which is looked for in PATH when its name has no slash, with the command's words as arguments.
Started start_child(const std::string& program, const Command& command, Environment& environment,
                    const ChildStreams& streams);

// Becomes the command; returns only errno.
int become(const Command& command, Environment& environment);

// 127 when the program was not found, 126 for every other reason.
int exit_code_of_failed_start(int reason) noexcept;

}  // namespace strongroom::cli::run
