// Whatever a plugin does, the daemon lives, nothing of it is lost or leaked, and the next export is an ordinary one.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <sstream>

#include "tests/plugin_runner/hostile/expectations.h"

namespace strongroom::tests::hostile {
namespace {

using std::chrono::milliseconds;

constexpr const char* k_ordinary = "com.example.ordinary";

volatile sig_atomic_t signals_of_plugins = 0;

void count_signal(int) {
  signals_of_plugins = signals_of_plugins + 1;
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

class Hostile : public testing::TestWithParam<Expectation> {
 protected:
  static void SetUpTestSuite() { signal(SIGURG, count_signal); }

  void check_outcome(const Outcome& outcome) const {
    const Expectation& expected = GetParam();
    const bool by_chance = expected.place == Place::anywhere;
    if (!by_chance) {
      EXPECT_EQ(outcome.place, expected.place) << (outcome.error ? outcome.error->message : "it has worked");
      ASSERT_EQ(outcome.error.has_value(), !expected.codes.empty());
    }
    const std::string& said = outcome.error && !by_chance ? outcome.error->message : outcome.file;
    EXPECT_NE(said.find(expected.words), std::string::npos) << said;
    if (!outcome.error) return;
    EXPECT_NE(std::ranges::find(expected.codes, outcome.error->code), expected.codes.end())
        << error_info(outcome.error->code).name << ": " << outcome.error->message;
    EXPECT_TRUE(is_printable(outcome.error->message));
    EXPECT_LE(outcome.error->message.size(), 1024U);
  }

  // What must have been refused, and what must have worked for that to mean anything.
  static void check_file(const std::string& file) {
    EXPECT_EQ(file.find("BREACH"), std::string::npos) << file;
    EXPECT_EQ(file.find("failed:"), std::string::npos) << file;
    EXPECT_EQ(file.find(Zoo::k_canary), std::string::npos) << file;
  }

  void check_speed(const Outcome& outcome) const {
    const auto took = std::chrono::duration_cast<milliseconds>(outcome.lasted);
    if (GetParam().patience != Patience::usual) {
      EXPECT_LT(took, milliseconds(500 + 2500));
    } else if (outcome.noticed) {
      std::cout << "noticed after " << std::chrono::duration<double, std::milli>(*outcome.noticed).count() << " ms\n";
      EXPECT_LT(*outcome.noticed, std::chrono::seconds(1));
    }
  }
};

TEST_P(Hostile, HarmsNobodyButItself) {
  Zoo zoo(deadlines_of(GetParam().patience));
  const auto installed = zoo.install(GetParam().kind);
  ASSERT_TRUE(installed) << installed.error().message;
  ASSERT_TRUE(zoo.install("ordinary", k_ordinary));
  const Holdings before = Holdings::now();
  const Outcome outcome = zoo.run(Zoo::k_id, GetParam().ending);
  check_outcome(outcome);
  check_file(outcome.file);
  check_speed(outcome);
  const Holdings after = Holdings::now();
  EXPECT_EQ(after.descriptors, before.descriptors);
  EXPECT_FALSE(after.has_children);
  EXPECT_EQ(zoo.damage(), "");
  EXPECT_EQ(signals_of_plugins, 0);
  std::istringstream lines(zoo.logged());
  for (std::string line; std::getline(lines, line);) EXPECT_TRUE(is_printable(line)) << line;
  const Outcome next = zoo.run(k_ordinary);
  EXPECT_FALSE(next.error) << next.error->message;
  EXPECT_EQ(next.file, "complete\n");
}

std::string name_of_kind(const testing::TestParamInfo<Expectation>& info) {
  return info.param.kind;
}

INSTANTIATE_TEST_SUITE_P(Kinds, Hostile, testing::ValuesIn(expectations().begin(), expectations().end()), name_of_kind);

TEST(HostileKinds, EveryModuleHasAnExpectation) {
  std::istringstream built(HOSTILE_KINDS);
  std::vector<std::string> modules;
  for (std::string kind; built >> kind;)
    if (kind != "ordinary" && kind != "swapped_in" && kind != "work_slowly") modules.push_back(kind);
  std::vector<std::string> expected;
  for (const auto& one : expectations()) expected.emplace_back(one.kind);
  std::ranges::sort(modules);
  std::ranges::sort(expected);
  EXPECT_EQ(modules, expected);
  EXPECT_GE(modules.size(), 34U);
}

// Nothing but its client ends an export whose plugin says again and again that it works.
TEST(HostilePatience, EndsWhenNobodyWaitsAnyMore) {
  Zoo zoo(deadlines_of(Patience::for_call));
  ASSERT_TRUE(zoo.install("work_slowly"));
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  zoo.set_stopped([until] { return std::chrono::steady_clock::now() > until; });
  const Outcome outcome = zoo.run();
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->code, ErrorCode::cancelled) << outcome.error->message;
  EXPECT_GE(outcome.lasted, std::chrono::seconds(2));
  EXPECT_LT(outcome.lasted, std::chrono::seconds(5));
  EXPECT_FALSE(Holdings::now().has_children);
}

// Of the address space that it may have, a plugin gets no more than that; of descriptors and threads neither.
TEST(HostileLimits, HoldForMemoryAndDescriptors) {
  Zoo zoo(deadlines_of(Patience::usual));
  const auto number_after = [&](const char* kind, const std::string& word) {
    EXPECT_TRUE(zoo.install(kind));
    const Outcome outcome = zoo.run();
    const auto at = outcome.file.find(word);
    return at == std::string::npos ? -1 : std::stol(outcome.file.substr(at + word.size()));
  };
  const long mebibytes = number_after("grow_until_limit", "grown: ");
  EXPECT_GE(mebibytes, 256);
  EXPECT_LT(mebibytes, 512);
  const long descriptors = number_after("leak_descriptors", "descriptors: ");
  EXPECT_GE(descriptors, 16);
  EXPECT_LT(descriptors, 64);
  const long threads = number_after("thread_bomb", "threads: ");
  std::cout << threads << " threads\n";
  EXPECT_GE(threads, 8);
  // Root is above this limit.
  if (geteuid() != 0) {
    EXPECT_LE(threads, 300);
  }
}

}  // namespace
}  // namespace strongroom::tests::hostile
