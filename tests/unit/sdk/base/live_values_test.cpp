#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <list>
#include <thread>

#include <strongroom/base/live_values.h>

namespace strongroom {
namespace {

TEST(LiveValues, AreHiddenWhileTheirScopeLives) {
  LiveValues live;
  {
    LiveValues::Scope held(&live);
    held.add(as_bytes("correct horse"));
    EXPECT_EQ(live.hide("a correct horse"), "a correct horse");
    held.begin();
    held.begin();
    EXPECT_EQ(live.hide("a correct horse, correct horses"), "a ***, ***s");
    EXPECT_EQ(live.hide("correct hors"), "correct hors");
  }
  EXPECT_EQ(live.hide("a correct horse"), "a correct horse");
}

TEST(LiveValues, SeveralOfAScopeAndOverlappingOnes) {
  LiveValues live;
  LiveValues::Scope first(&live);
  for (const char* value : {"value one", "value two", "value three", "value four", "value five", "value six"})
    first.add(as_bytes(value));
  first.begin();
  LiveValues::Scope second(&live);
  second.add(as_bytes("two value six"));
  second.begin();
  EXPECT_EQ(live.hide("[value two value six] value five"), "[***] ***");
}

TEST(LiveValues, ALineEndBehindAValueIsNotNeeded) {
  LiveValues live;
  LiveValues::Scope held(&live);
  held.add(as_bytes("from a file\r\n"));
  held.begin();
  EXPECT_EQ(live.hide("x from a file y"), "x *** y");
}

TEST(LiveValues, ShortOnesHideNoOrdinaryText) {
  LiveValues live;
  LiveValues::Scope held(&live);
  for (const char* value : {"", "e", "the", "12345", "\n\n\n\n\n\n\n"}) held.add(as_bytes(value));
  held.begin();
  EXPECT_EQ(live.hide("the 12345 e"), "the 12345 e");
}

TEST(LiveValues, EndInAnyOrderAndNobodyNeedsThem) {
  LiveValues live;
  std::list<LiveValues::Scope> scopes;
  const std::string values[] = {"first value", "second value", "third value"};
  for (const auto& value : values) {
    scopes.emplace_back(&live).add(as_bytes(value));
    scopes.back().begin();
  }
  scopes.erase(std::next(scopes.begin()));
  EXPECT_EQ(live.hide("first value, second value, third value"), "***, second value, ***");
  scopes.front().end();
  scopes.front().end();
  EXPECT_EQ(live.hide("first value, third value"), "first value, ***");
  LiveValues::Scope nobody(nullptr);
  nobody.add(as_bytes("a value"));
  nobody.begin();
}

// For the sanitizers: values that end while others look at them.
TEST(LiveValues, ManyThreadsMayComeAndGo) {
  LiveValues live;
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      while (!stop) {
        const std::string value = "value of thread " + std::to_string(t);
        LiveValues::Scope held(&live);
        held.add(as_bytes(value));
        held.begin();
        EXPECT_EQ(live.hide("[" + value + "]"), "[***]");
      }
    });
  for (int i = 0; i < 2000; ++i) live.hide("a line about a value of thread 7");
  stop = true;
  for (auto& thread : threads) thread.join();
}

// A search that begins anew behind each byte would take minutes.
TEST(LiveValues, HostileTextsTakeNoLongerThanOthers) {
  LiveValues live;
  const std::string value = std::string(100'000, 'a') + "b";
  const std::string repeated(100'000, 'a');
  LiveValues::Scope held(&live);
  held.add(as_bytes(value));
  held.add(as_bytes(repeated));
  held.begin();
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_LE(live.hide(std::string(1 << 20, 'a')).size(), 100'000u);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
}

}  // namespace
}  // namespace strongroom
