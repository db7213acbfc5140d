// What the daemon says when it has to end at once is masked too.
#include "daemon/app/last_words.h"

#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>
#include <thread>

namespace strongroom::app {
namespace {

// On a thread of its own: what leaves a test's body is the test's.
void throw_from_a_thread(std::string what) {
  std::thread([what = std::move(what)] { throw std::runtime_error(what); }).join();
}

TEST(LastWordsDeathTest, AreMaskedWithoutALog) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT((install_last_words(), throw_from_a_thread("key sk-ant-" + std::string(30, 'k'))),
              testing::KilledBySignal(SIGABRT), "nobody took an exception: key sk-ant-\\*\\*\\*kkkk\n");
}

TEST(LastWordsDeathTest, GoToTheLogAndAreClearedOfLiveValues) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto end = [] {
    LiveValues live;
    const auto log = log::Log::open({.live = &live});
    install_last_words();
    const LastWords words(**log);
    LiveValues::Scope held(&live);
    held.add(as_bytes("correct horse"));
    held.begin();
    throw_from_a_thread("with a correct horse");
  };
  EXPECT_EXIT(end(), testing::KilledBySignal(SIGABRT),
              "error: the daemon ends: nobody took an exception: with a \\*\\*\\*");
}

TEST(LastWordsDeathTest, SayWhenThereWasNoException) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT((install_last_words(), std::terminate()), testing::KilledBySignal(SIGABRT), "std::terminate was called");
}

}  // namespace
}  // namespace strongroom::app
