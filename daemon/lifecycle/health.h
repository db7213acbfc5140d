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

  static Finding good(std::string detail) { return {protocol::service::HealthState::healthy, std::move(detail), {}}; }

  static Finding degraded(std::string detail, std::string remedy = {}) {
    return {protocol::service::HealthState::degraded, std::move(detail), std::move(remedy)};
  }

  static Finding bad(std::string detail, std::string remedy = {}) {
    return {protocol::service::HealthState::unhealthy, std::move(detail), std::move(remedy)};
  }
};

struct HealthCheck {
  std::string name;  // one word
  std::function<Finding()> look;
};

// Runs them one after another and measures each; what one throws makes it unhealthy. The worst is that of all.
protocol::service::HealthResponse examine(const std::vector<HealthCheck>& checks);

}  // namespace strongroom::lifecycle
