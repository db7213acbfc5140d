#include "daemon/lifecycle/health.h"

#include <algorithm>
#include <chrono>
#include <exception>

#include <strongroom/base/masking.h>

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

bool masking_works() {
  const std::string key = "sk-ant-" + std::string(40, 'k');
  const std::string shown = mask_secrets("key " + key + " password=hunter2-hunter2");
  return shown.find(key) == std::string::npos && shown.find("hunter2") == std::string::npos;
}

wire::HealthCheck examine(const HealthCheck& check) {
  using Clock = std::chrono::steady_clock;
  const auto text = [](std::string& words) {
    return words.empty() ? std::nullopt : std::optional<std::string>(std::move(words));
  };
  const auto begun = Clock::now();
  Finding finding = look(check);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun);
  return {.name = check.name,
          .state = finding.state,
          .detail = std::move(finding.detail),
          .remedy = text(finding.remedy),
          .mends = text(finding.mends),
          .duration_us = took.count()};
}

wire::HealthResponse examine(const std::vector<HealthCheck>& checks) {
  wire::HealthResponse out;
  for (const HealthCheck& check : checks) {
    out.checks.push_back(examine(check));
    out.state = std::max(out.state, out.checks.back().state);
  }
  return out;
}

}  // namespace strongroom::lifecycle
