// While a program of the user's has the terminal.
#pragma once

#include <signal.h>
#include <spawn.h>

namespace strongroom::cli {

// The keys that end a program (SIGINT, SIGQUIT) belong to the program in the foreground while this lives; this process
// ignores them. What was set before is set again.
class TerminalKeysIgnored {
 public:
  TerminalKeysIgnored();
  ~TerminalKeysIgnored();
  TerminalKeysIgnored(const TerminalKeysIgnored&) = delete;
  TerminalKeysIgnored& operator=(const TerminalKeysIgnored&) = delete;

 private:
  struct sigaction interrupt_{};
  struct sigaction quit_{};
};

// Runs `command` by /bin/sh with "$1" set to `argument`, its standard input `input` (this process's own when -1), and
// waits. Its environment is `variables` (nullptr at the end). Returns its exit code, 128 + N for signal N, or -1 when
// it cannot be started. `feed`, when given, is called once it runs.
int run_in_foreground(const char* command, const char* argument, int input, char* const* variables,
                      void (*feed)(void*) = nullptr, void* feed_with = nullptr);

}  // namespace strongroom::cli
