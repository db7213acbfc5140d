// A plugin that crashes again and again costs the daemon nothing that it does not get back.
#include <gtest/gtest.h>

#include <iostream>

#include "tests/plugin_runner/hostile/zoo.h"

namespace strongroom::tests::hostile {
namespace {

TEST(HostileCrashes, AThousandInARowLeaveNothing) {
  constexpr int k_warm_up = 50;
  constexpr int k_crashes = 1000;
  constexpr std::size_t k_most_growth = 4 << 20;
  Zoo zoo({});
  ASSERT_TRUE(zoo.install("segfault_in_begin"));
  const auto crash = [&] {
    zoo.forgive();
    const Outcome outcome = zoo.run();
    ASSERT_TRUE(outcome.error);
    ASSERT_EQ(outcome.error->message, "the plugin's process was ended by signal 11");
    ASSERT_TRUE(outcome.noticed);
    ASSERT_LT(*outcome.noticed, std::chrono::seconds(1));
  };
  for (int i = 0; i < k_warm_up; ++i) ASSERT_NO_FATAL_FAILURE(crash());
  const Holdings before = Holdings::now();
  const std::size_t resident = resident_bytes();
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < k_crashes; ++i) ASSERT_NO_FATAL_FAILURE(crash()) << i;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  const std::size_t grown = std::max(resident_bytes(), resident) - resident;
  std::cout << k_crashes << " crashes in " << took.count() << " s, grown by " << grown / 1024 << " KiB\n";
  EXPECT_EQ(Holdings::now(), before);
  EXPECT_FALSE(before.has_children);
  EXPECT_LT(grown, k_most_growth);
  EXPECT_LT(took, std::chrono::seconds(60));
  EXPECT_EQ(zoo.damage(), "");
}

}  // namespace
}  // namespace strongroom::tests::hostile
