// The clock as a port, so that tests decide what time it is.
#pragma once

#include <cstdint>

namespace strongroom {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Wall-clock time in milliseconds since 1970-01-01T00:00:00Z.
  virtual std::int64_t now_ms() const noexcept = 0;
};

// The machine's own clock.
const Clock& system_clock() noexcept;

}  // namespace strongroom
