// Waiting for what another thread or process does.
#pragma once

#include <chrono>
#include <thread>

namespace strongroom::tests {

// False when it does not become true within 20 s, which no working machine needs.
template <class Condition>
bool eventually(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace strongroom::tests
