// What a process does first to keep its memory to itself.
#pragma once

#include <strongroom/base/result.h>

namespace strongroom::platform {

// No core files, and no other process of this user may read this one's memory or attach to it (root still may). On
// Linux the process's files in /proc belong to root afterwards. Call it before any secret is in memory and before
// threads start; irrevocable for the core limit. Error: internal (the system refused; the message says what).
Status harden_process();

}  // namespace strongroom::platform
