#include "daemon/lifecycle/health.h"

#include <algorithm>
#include <chrono>
#include <exception>

namespace strongroom::lifecycle {

namespace wire = protocol::service;

namespace {

Finding look(const HealthCheck& check) {
  try {
    return check.look();
  } catch (const std::exception&) {
    return Finding::bad("the check itself has failed");
  }
}

}  // namespace

wire::HealthResponse examine(const std::vector<HealthCheck>& checks) {
  using Clock = std::chrono::steady_clock;
  wire::HealthResponse out;
  for (const HealthCheck& check : checks) {
    const auto begun = Clock::now();
    Finding finding = look(check);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun);
    out.state = std::max(out.state, finding.state);
    out.checks.push_back({.name = check.name,
                          .state = finding.state,
                          .detail = std::move(finding.detail),
                          .remedy = finding.remedy.empty() ? std::nullopt : std::optional(std::move(finding.remedy)),
                          .duration_us = took.count()});
  }
  return out;
}

}  // namespace strongroom::lifecycle
