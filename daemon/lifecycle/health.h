// Whether each part of the daemon is as it should be.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <strongroom/protocol/methods/service.h>

namespace strongroom::lifecycle {

struct Finding {
  protocol::service::HealthState state = protocol::service::HealthState::healthy;
  std::string detail;  // one sentence
  std::string remedy;  // the one command, or what to do; empty when nothing is to be done
  std::string mends;   // what HealthCheck::mend would do about it; empty when it can do nothing safely

  static Finding good(std::string detail) {
    return {protocol::service::HealthState::healthy, std::move(detail), {}, {}};
  }

  static Finding degraded(std::string detail, std::string remedy = {}) {
    return {protocol::service::HealthState::degraded, std::move(detail), std::move(remedy), {}};
  }

  static Finding bad(std::string detail, std::string remedy = {}) {
    return {protocol::service::HealthState::unhealthy, std::move(detail), std::move(remedy), {}};
  }
};

// Whether known forms of secrets are masked, by trying some.
bool masking_works();

struct HealthCheck {
  std::string name;  // one word
  std::function<Finding()> look;
  std::function<Status()> mend{};  // may take long; empty when there is nothing that is safe to do
};

// One of them, measured; what it throws makes it unhealthy.
protocol::service::HealthCheck examine(const HealthCheck& check);

// All of them, one after another. The worst is that of all.
protocol::service::HealthResponse examine(const std::vector<HealthCheck>& checks);

}  // namespace strongroom::lifecycle
