// A program that is asked for something and ends.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <strongroom/base/result.h>
#include <strongroom/base/wiped_memory.h>

namespace strongroom::cli::keyrings {

struct ProgramCall {
  std::vector<std::string> words;  // the program, looked for in PATH when it has no slash, and its arguments
  std::size_t most_output = 0;     // bytes
  std::chrono::seconds deadline{};
};

struct ProgramEnd {
  WipedString output{wiped_heap()};
  std::string errors;  // the first 16 KiB
  int exit_code = -1;  // -1: a signal ended it
};

// Runs it with this environment and standard input; one that is late or says too much is killed. Errors: not_found
// (there is no such program), unreachable (it cannot be started), timeout, too_large, internal (there is no pipe).
Result<ProgramEnd> output_of(const ProgramCall& call);

}  // namespace strongroom::cli::keyrings
