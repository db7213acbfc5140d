// Whatever a storage does in its process, the daemon lives, every call ends, and the next storage is an ordinary one.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <iostream>
#include <sstream>

#include "tests/plugin_runner/hostile/storage_expectations.h"
#include "tests/support/eventually.h"

namespace strongroom::tests::hostile {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

const BytesView k_scopes[] = {BytesView{}};

volatile sig_atomic_t signals_of_plugins = 0;

void count_signal(int) {
  signals_of_plugins = signals_of_plugins + 1;
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

class HostileStorage : public testing::TestWithParam<StorageExpectation> {
 protected:
  static void SetUpTestSuite() { signal(SIGURG, count_signal); }

  static void check_outcome(const StorageOutcome& outcome) {
    const StorageExpectation& expected = GetParam();
    EXPECT_EQ(outcome.step, expected.step) << (outcome.error ? outcome.error->message : "it has worked");
    ASSERT_EQ(outcome.error.has_value(), expected.step != Step::nowhere);
    const std::string& said = outcome.error ? outcome.error->message : outcome.said;
    EXPECT_NE(said.find(expected.words), std::string::npos) << said;
    EXPECT_EQ(outcome.lost, expected.fate == Fate::is_lost);
    if (!outcome.error) return;
    EXPECT_EQ(outcome.error->code, expected.code)
        << error_info(outcome.error->code).name << ": " << outcome.error->message;
    EXPECT_TRUE(is_printable(outcome.error->message));
    EXPECT_LE(outcome.error->message.size(), 1024U);
  }

  // What must have been refused, and what must have worked for that to mean anything.
  static void check_said(const StorageOutcome& outcome) {
    EXPECT_EQ(outcome.said.find("BREACH"), std::string::npos) << outcome.said;
    EXPECT_EQ(outcome.said.find("failed:"), std::string::npos) << outcome.said;
    EXPECT_EQ(outcome.said.find(Zoo::k_canary), std::string::npos) << outcome.said;
    std::istringstream lines(outcome.said);
    for (std::string line; std::getline(lines, line);) EXPECT_TRUE(is_printable(line)) << line;
    EXPECT_TRUE(is_printable(outcome.detail));
  }

  static void check_speed(const StorageOutcome& outcome) {
    if (GetParam().patience != Patience::usual) {
      EXPECT_LT(outcome.lasted, milliseconds(500 + 2500));
    } else if (outcome.noticed) {
      std::cout << "noticed after " << std::chrono::duration<double, std::milli>(*outcome.noticed).count() << " ms\n";
      EXPECT_LT(*outcome.noticed, seconds(1));
    }
    // A storage is not asked whether it may be closed.
    EXPECT_LT(outcome.closed, seconds(2));
  }
};

TEST_P(HostileStorage, HarmsNobodyButItself) {
  const Deadlines deadlines = deadlines_of(GetParam().patience);
  Zoo zoo(deadlines);
  const Holdings before = Holdings::now();
  const StorageOutcome outcome = StorageZoo(zoo, deadlines).run(GetParam().kind);
  check_outcome(outcome);
  check_said(outcome);
  check_speed(outcome);
  const Holdings after = Holdings::now();
  EXPECT_EQ(after.descriptors, before.descriptors);
  EXPECT_FALSE(after.has_children);
  EXPECT_EQ(zoo.damage(), "");
  EXPECT_EQ(signals_of_plugins, 0);
  const StorageOutcome next = StorageZoo(zoo, {}).run("storage_ordinary");
  EXPECT_FALSE(next.error) << next.error->message;
}

std::string name_of_kind(const testing::TestParamInfo<StorageExpectation>& info) {
  return info.param.kind;
}

INSTANTIATE_TEST_SUITE_P(Kinds, HostileStorage, testing::ValuesIn(storage_expectations()), name_of_kind);

TEST(HostileStorageKinds, EveryModuleHasAnExpectation) {
  std::istringstream built(HOSTILE_KINDS);
  std::vector<std::string> modules;
  for (std::string kind; built >> kind;) modules.push_back(kind);
  std::vector<std::string> expected;
  for (const auto& one : storage_expectations()) expected.push_back(one.kind);
  std::ranges::sort(modules);
  std::ranges::sort(expected);
  EXPECT_EQ(modules, expected);
}

// Rows that follow each other look like those of a large store. Whoever has enough of them is let go in the time of a
// call, and whoever wants them all in the time of the longest.
class HostileStorageRows : public testing::Test {
 protected:
  static constexpr milliseconds k_short{500};

  Status scan(const Deadlines& deadlines, std::uint64_t wanted) {
    StorageZoo storages(zoo_, deadlines);
    STRONGROOM_ASSIGN(const auto storage, storages.open("storage_endless_rows"));
    STRONGROOM_ASSIGN(const auto transaction, storage->begin_read(k_scopes));
    const auto began = Clock::now();
    Status status = transaction->scan({.collection = 1, .scope = {}, .first = {}, .last = {}},
                                      [&](BytesView, const store::RowView&) { return ++taken_ < wanted; });
    lasted_ = Clock::now() - began;
    return status;
  }

  Zoo zoo_{{}};
  std::uint64_t taken_ = 0;
  std::chrono::nanoseconds lasted_{0};
};

TEST_F(HostileStorageRows, WithoutEndEndForWhoeverHasEnough) {
  (void)scan({.load = seconds(30), .call = k_short, .end = seconds(30)}, 1000);
  EXPECT_EQ(taken_, 1000U);
  EXPECT_LT(lasted_, k_short + milliseconds(2500));
}

TEST_F(HostileStorageRows, WithoutEndEndForWhoeverWantsThemAll) {
  const Status status = scan({.load = seconds(30), .call = seconds(30), .end = k_short}, UINT64_MAX);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::plugin_unavailable) << status.error().message;
  EXPECT_GT(taken_, 1000U);
  EXPECT_LT(lasted_, seconds(20));
}

TEST_F(HostileStorageRows, ABackupWithoutEndEndsWhenNobodyTakesItAnyMore) {
  StorageZoo storages(zoo_, {.load = seconds(30), .call = k_short, .end = seconds(30)});
  const auto storage = storages.open("storage_endless_backup");
  ASSERT_TRUE(storage) << storage.error().message;
  const auto began = Clock::now();
  const Status status = (*storage)->backup([&](BytesView) -> Status {
    if (++taken_ < 1000) return {};
    return make_error(ErrorCode::storage_full, "no space is left");
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::storage_full) << status.error().message;
  EXPECT_EQ(taken_, 1000U);
  EXPECT_LT(Clock::now() - began, k_short + milliseconds(2500));
}

// Its state: lost until the time of the next try, and started again then.
TEST(HostileStorageState, OneThatCrashesAgainAndAgainIsTriedAgainEachTimeLater) {
  Zoo zoo({});
  StorageZoo storages(zoo, {});
  const auto storage = storages.open("storage_segfault_in_get");
  ASSERT_TRUE(storage) << storage.error().message;
  const auto crash = [&] {
    const auto transaction = (*storage)->begin_read(k_scopes);
    return transaction && (*transaction)->get({1, {}, as_bytes("b")}).error().code == ErrorCode::plugin_unavailable;
  };
  for (const seconds pause : {seconds(1), seconds(2)}) {
    ASSERT_TRUE(crash());
    const auto lost = Clock::now();
    const auto refused = (*storage)->begin_read(k_scopes);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::plugin_unavailable);
    EXPECT_EQ(refused.error().message, "the storage's process was lost; it is started again soon");
    ASSERT_TRUE(eventually([&] { return (*storage)->health(false).has_value(); }));
    EXPECT_GE(Clock::now() - lost, pause - milliseconds(100));
  }
}

}  // namespace
}  // namespace strongroom::tests::hostile
