#include "client/cli/command.h"

int main(int argc, char** argv) {
  return strongroom::cli::run_command_line(argc, argv);
}
