// Random bytes from the operating system.
#pragma once

#include <strongroom/base/bytes.h>

namespace strongroom {

// Fills `out` from the kernel's generator (getentropy); terminates when there is none. Thread-safe.
void fill_random(MutableBytes out) noexcept;

}  // namespace strongroom
