#include "daemon/platform/helper_process.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace strongroom::platform {
namespace {

using namespace std::chrono_literals;

// As the daemon does: a helper that reads nothing is no reason to end.
const auto k_ignored = signal(SIGPIPE, SIG_IGN);

HelperCall call_of(std::vector<std::string> words) {
  return {std::move(words), {"PATH=/usr/bin:/bin", "WORD=said"}, {}, 10s, 1 << 20};
}

std::string text(const Secret& said) {
  return std::string(said.reveal_text(RevealReason::test));
}

TEST(HelperProcess, IsGivenWordsInputAndEnvironmentAndAnswers) {
  auto call = call_of({"/bin/sh", "-c", "cat; printf %s \"$1$WORD\"; exit 3", "sh", "word "});
  const std::string input = "input ";
  call.input = as_bytes(input);
  const auto ended = run_helper(call);
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(text(ended->said), "input word said");
  EXPECT_EQ(ended->exit_code, 3);
}

// More than pipes hold, in both directions at once.
TEST(HelperProcess, IsFedAndReadAtOnce) {
  auto call = call_of({"/bin/cat"});
  const std::string input(700'000, 'x');
  call.input = as_bytes(input);
  const auto ended = run_helper(call);
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_TRUE(text(ended->said) == input);
}

TEST(HelperProcess, ThatReadsNothingIsHeardAllTheSame) {
  auto call = call_of({"/bin/echo", "heard"});
  const std::string input(700'000, 'x');
  call.input = as_bytes(input);
  const auto ended = run_helper(call);
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(text(ended->said), "heard\n");
}

TEST(HelperProcess, ThatIsLateOrSaysTooMuchIsEnded) {
  auto late = call_of({"/bin/sleep", "60"});
  late.deadline = 50ms;
  const auto begun = std::chrono::steady_clock::now();
  const auto timeout = run_helper(late);
  ASSERT_FALSE(timeout);
  EXPECT_EQ(timeout.error().code, ErrorCode::timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
  auto talkative = call_of({"/usr/bin/yes"});
  talkative.most_answer = 1000;
  const auto too_much = run_helper(talkative);
  ASSERT_FALSE(too_much);
  EXPECT_EQ(too_much.error().code, ErrorCode::too_large);
}

TEST(HelperProcess, ThatIsNotThereOrIsEndedIsSaidAsSuch) {
  const auto missing = run_helper(call_of({"/nothing/here"}));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::unreachable);
  const auto killed = run_helper(call_of({"/bin/sh", "-c", "kill -9 $$"}));
  ASSERT_TRUE(killed);
  EXPECT_EQ(killed->exit_code, -1);
}

}  // namespace
}  // namespace strongroom::platform
