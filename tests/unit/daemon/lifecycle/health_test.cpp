#include "daemon/lifecycle/health.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace strongroom::lifecycle {
namespace {

using protocol::service::HealthState;

HealthCheck finds(const char* name, Finding finding) {
  return {name, [finding] { return finding; }};
}

TEST(Health, IsThatOfItsWorstPart) {
  EXPECT_EQ(examine(std::vector<HealthCheck>{}).state, HealthState::healthy);
  EXPECT_EQ(examine({finds("a", Finding::good("x")), finds("b", Finding::degraded("y", "do z"))}).state,
            HealthState::degraded);
  const auto all = examine({finds("a", Finding::bad("x")), finds("b", Finding::degraded("y", "do z"))});
  EXPECT_EQ(all.state, HealthState::unhealthy);
  ASSERT_EQ(all.checks.size(), 2U);
  EXPECT_EQ(all.checks[0].name, "a");
  EXPECT_FALSE(all.checks[0].remedy);
  EXPECT_EQ(all.checks[1].remedy, "do z");
}

TEST(Health, OfACheckThatFailsItselfIsBad) {
  const auto all =
      examine({{"a", []() -> Finding { throw std::runtime_error("no"); }}, finds("b", Finding::good("x"))});
  EXPECT_EQ(all.checks[0].state, HealthState::unhealthy);
  EXPECT_EQ(all.checks[1].state, HealthState::healthy);
}

}  // namespace
}  // namespace strongroom::lifecycle
