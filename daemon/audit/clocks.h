// The clocks of the log, as a port: what the wall says, what has passed, and which boot this is.
#pragma once

#include <cstdint>

#include <strongroom/evidence/entry.h>

namespace strongroom::audit {

// Thread-safe.
class Clocks {
 public:
  virtual ~Clocks() = default;
  // Wall-clock time in nanoseconds since 1970.
  virtual std::int64_t wall_ns() const noexcept = 0;
  // Since boot, suspended time included, in nanoseconds.
  virtual std::uint64_t boot_ns() const noexcept = 0;
  virtual evidence::BootId boot_id() const noexcept = 0;
};

// The machine's own.
const Clocks& system_clocks() noexcept;

}  // namespace strongroom::audit
