// Chores: what comes back after some time.
#include "daemon/app/chores.h"

#include <gtest/gtest.h>

namespace strongroom::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Chores, ComeSoonAfterTheFirstLookAndThenAgainAndAgain) {
  Chores chores;
  int begun = 0;
  chores.add([] { return minutes(10); }, seconds(30), [&] { ++begun; });
  const Chores::Time start{};
  EXPECT_EQ(chores.look(start), start + seconds(30));
  EXPECT_EQ(begun, 0);
  EXPECT_EQ(chores.look(start + seconds(30)), start + seconds(30) + minutes(10));
  EXPECT_EQ(begun, 1);
  EXPECT_EQ(chores.look(start + minutes(5)), start + seconds(30) + minutes(10));
  EXPECT_EQ(begun, 1);
  chores.look(start + hours(5));
  EXPECT_EQ(begun, 2) << "what was slept through is not made up for";
}

TEST(Chores, OneThatIsSwitchedOffIsAskedAgainWithinTheHour) {
  Chores chores;
  int begun = 0;
  minutes every{0};
  chores.add([&] { return every; }, seconds(1), [&] { ++begun; });
  const Chores::Time start{};
  chores.look(start);
  EXPECT_EQ(chores.look(start + seconds(1)), start + seconds(1) + hours(1));
  EXPECT_EQ(begun, 0);
  every = minutes(5);
  EXPECT_EQ(chores.look(start + seconds(1) + hours(1)), start + seconds(1) + hours(1) + minutes(5));
  EXPECT_EQ(begun, 1);
}

TEST(Chores, TheNextOfAllDecidesWhenToLookAgain) {
  Chores chores;
  chores.add([] { return minutes(60); }, seconds(30), [] {});
  chores.add([] { return minutes(1); }, seconds(90), [] {});
  const Chores::Time start{};
  EXPECT_EQ(chores.look(start), start + seconds(30));
  EXPECT_EQ(chores.look(start + seconds(30)), start + seconds(90));
  EXPECT_EQ(chores.look(start + seconds(90)), start + seconds(90) + minutes(1));
  EXPECT_FALSE(Chores().look(start));
}

}  // namespace
}  // namespace strongroom::app
