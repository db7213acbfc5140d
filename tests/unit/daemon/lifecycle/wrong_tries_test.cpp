#include "daemon/lifecycle/wrong_tries.h"

#include <gtest/gtest.h>

namespace strongroom::lifecycle {
namespace {

using namespace std::chrono_literals;

class WrongTriesTest : public testing::Test {
 protected:
  // Tries as soon as it may; how long it had to wait before.
  std::chrono::seconds wrong() {
    const auto wait = tries_.wait(now_).value_or(0s);
    now_ += wait;
    EXPECT_FALSE(tries_.wait(now_));
    tries_.wrong(now_);
    return wait;
  }

  WrongTries tries_;
  WrongTries::Clock::time_point now_{1h};
};

TEST_F(WrongTriesTest, FiveAreFreeAndTheOthersWaitLongerAndLonger) {
  for (int i = 0; i < 6; ++i) EXPECT_EQ(wrong(), 0s) << i;
  for (const auto wait : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) EXPECT_EQ(wrong(), wait);
}

TEST_F(WrongTriesTest, ARightOneForgetsAll) {
  for (int i = 0; i < 9; ++i) (void)wrong();
  tries_.right();
  EXPECT_FALSE(tries_.wait(now_));
  EXPECT_EQ(wrong(), 0s);
}

TEST_F(WrongTriesTest, WaitingIsNotShortenedByAsking) {
  for (int i = 0; i < 8; ++i) (void)wrong();
  EXPECT_EQ(tries_.wait(now_), 4s);
  EXPECT_EQ(tries_.wait(now_ + 3500ms), 1s);
  EXPECT_EQ(tries_.wait(now_), 4s);
}

}  // namespace
}  // namespace strongroom::lifecycle
