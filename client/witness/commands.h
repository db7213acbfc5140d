// The subcommands of strongroom-witness.
#pragma once

namespace strongroom::witness {

// Exit codes: 0 done, 1 failed, 2 wrong usage.
int run_command_line(int argc, char** argv);

}  // namespace strongroom::witness
