#include <signal.h>
#include <sys/resource.h>

#include "client/witness/commands.h"

int main(int argc, char** argv) {
  // The signing key is in this process's memory.
  const rlimit none{0, 0};
  (void)setrlimit(RLIMIT_CORE, &none);
  // A peer that hangs up is an error of its connection and not the end.
  signal(SIGPIPE, SIG_IGN);
  return strongroom::witness::run_command_line(argc, argv);
}
