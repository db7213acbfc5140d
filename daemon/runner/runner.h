// The life of strongroom-plugin-runner: one plugin, loaded in a process that can do nothing else.
#pragma once

#include "daemon/platform/descriptor.h"

namespace strongroom::runner {

// Serves the daemon at the other end of `socket` until that is closed. Returns the exit code.
int serve(platform::Descriptor socket);

}  // namespace strongroom::runner
