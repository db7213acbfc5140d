// What a plugin's process has used.
#pragma once

#include <chrono>
#include <cstdint>

namespace strongroom::plugin_host {

// Known when the process is gone.
struct ResourceReport {
  std::uint64_t peak_bytes = 0;
  std::chrono::microseconds cpu{0};
};

}  // namespace strongroom::plugin_host
