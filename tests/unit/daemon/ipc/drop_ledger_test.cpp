#include "daemon/ipc/drop_ledger.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace strongroom::ipc {
namespace {

using std::chrono::milliseconds;

class Drops : public testing::Test {
 protected:
  std::vector<std::string> lines_;
  DropLedger ledger_{[this](std::string_view line) { lines_.emplace_back(line); }};
  DropLedger::Clock::time_point start_ = DropLedger::Clock::now();
};

TEST_F(Drops, AFloodIsOneLineASecondAndEveryClientCounts) {
  EXPECT_FALSE(ledger_.note(DropReason::idle, start_));
  for (int i = 0; i < 999; ++i) EXPECT_TRUE(ledger_.note(DropReason::idle, start_ + milliseconds(i)));
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(lines_[0], "dropped 1 client that was idle for long (limits.idle_seconds): idle");
  ledger_.tell(start_ + milliseconds(1000));
  ASSERT_EQ(lines_.size(), 2u);
  EXPECT_TRUE(lines_[1].starts_with("dropped 999 clients")) << lines_[1];
  EXPECT_EQ(ledger_.counts()[static_cast<std::size_t>(DropReason::idle)], 1000u);
  ledger_.tell(start_ + milliseconds(2000));
  EXPECT_EQ(lines_.size(), 2u);
}

TEST_F(Drops, ReasonsDoNotHideEachOther) {
  ledger_.note(DropReason::idle, start_);
  EXPECT_FALSE(ledger_.note(DropReason::connections, start_));
  EXPECT_EQ(lines_.size(), 2u);
  EXPECT_EQ(name_of(DropReason::unread_total), "unread_total");
}

}  // namespace
}  // namespace strongroom::ipc
