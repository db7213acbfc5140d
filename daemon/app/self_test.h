// Whether this build works on this machine.
#pragma once

#include "daemon/app/configuration.h"

namespace strongroom::app {

// Checks memory locking, key wrapping and sealing on a throw-away vault, and each built-in storage plugin, in a
// temporary folder. Prints a line for each. Returns the exit status: 0 when all passed.
int self_test(const Configuration& configuration);

}  // namespace strongroom::app
