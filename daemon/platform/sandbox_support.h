// Whether this system can confine the process of a plugin.
#pragma once

namespace strongroom::platform {

// Files and system calls both. Fast.
bool can_confine() noexcept;

}  // namespace strongroom::platform
