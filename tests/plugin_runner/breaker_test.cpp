// When a plugin that fails is tried again.
#include <gtest/gtest.h>

#include "daemon/plugin_host/breaker.h"

namespace strongroom::plugin_host {
namespace {

using namespace std::chrono_literals;

TEST(PluginBreaker, WaitsTwiceAsLongAfterEachFailureUpToAMinute) {
  Breaker breaker;
  auto now = Breaker::Clock::now();
  EXPECT_FALSE(breaker.next_try(now));
  for (const auto pause : {1s, 2s, 4s, 8s}) {
    breaker.failed(now, "it crashed");
    EXPECT_EQ(breaker.next_try(now), now + pause);
    EXPECT_FALSE(breaker.next_try(now + pause));
    now += 15min;
  }
  for (int i = 0; i < 4; ++i) {
    breaker.failed(now, "it crashed");
    now += 15min;
  }
  breaker.failed(now, "it crashed");
  EXPECT_EQ(breaker.next_try(now), now + 60s);
  EXPECT_EQ(breaker.reason(), "it crashed");
}

TEST(PluginBreaker, FiveFailuresWithinTenMinutesOpenItForTenMinutes) {
  Breaker breaker;
  auto now = Breaker::Clock::now();
  for (int i = 0; i < 5; ++i) breaker.failed(now += 90s, "it crashed");
  EXPECT_TRUE(breaker.open(now));
  EXPECT_EQ(breaker.next_try(now), now + 10min);
  EXPECT_FALSE(breaker.open(now + 10min));
  EXPECT_FALSE(breaker.next_try(now + 10min));
}

TEST(PluginBreaker, ASuccessForgetsAllOfIt) {
  Breaker breaker;
  const auto now = Breaker::Clock::now();
  for (int i = 0; i < 5; ++i) breaker.failed(now, "it crashed");
  breaker.succeeded();
  EXPECT_FALSE(breaker.next_try(now));
  breaker.failed(now, "again");
  EXPECT_EQ(breaker.next_try(now), now + 1s);
}

}  // namespace
}  // namespace strongroom::plugin_host
