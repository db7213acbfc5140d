// Epochs and clocks.
#include "tests/unit/daemon/audit/audit_house.h"

namespace strongroom::tests {
namespace {

class Epochs : public AuditHouse {
 protected:
  std::vector<evidence::Entry> records(evidence::EntryType type) {
    std::vector<evidence::Entry> found;
    EXPECT_TRUE(log_->with_reader([&](audit::EventReader& reader, std::uint64_t end) -> Status {
      for (std::uint64_t i = 0; i < end; ++i) {
        STRONGROOM_ASSIGN(const auto read, reader.read(i));
        if (read.entry.header.type == type) found.push_back(read.entry);
      }
      return {};
    }));
    return found;
  }
};

TEST_F(Epochs, EachIsClosedByItsOwnKey) {
  begin();
  for (int i = 0; i < 4; ++i) {
    append_many(30);
    ASSERT_TRUE(log_->keeper().change_epoch(true));
  }
  append_many(3);
  EXPECT_EQ(log_->writer()->epoch(), 5U);
  close();
  EXPECT_TRUE(verified().ok()) << verified().problem;
}

TEST_F(Epochs, ARestartInTheMiddleGoesOnWithTheSameKey) {
  begin();
  append_many(10);
  ASSERT_TRUE(log_->keeper().change_epoch(true));
  append_many(10);
  close();
  open();
  unlock();
  EXPECT_EQ(log_->writer()->epoch(), 2U);
  append_many(10);
  ASSERT_TRUE(log_->keeper().change_epoch(true));
  close();
  EXPECT_TRUE(verified().ok()) << verified().problem;
}

TEST_F(Epochs, AKeyDoesNotOutliveItsHourByARestart) {
  begin();
  append_many(3);
  close();
  clocks_.pass(1800);
  open();
  unlock();
  EXPECT_EQ(log_->writer()->epoch(), 1U);
  close();
  clocks_.pass(1801);
  open();
  unlock();
  EXPECT_EQ(log_->writer()->epoch(), 2U);
  close();
  EXPECT_TRUE(verified().ok()) << verified().problem;
}

TEST_F(Epochs, AnEmptyOneIsNotChanged) {
  begin();
  ASSERT_TRUE(log_->keeper().change_epoch(true));
  ASSERT_TRUE(log_->keeper().change_epoch(false));
  EXPECT_EQ(log_->writer()->epoch(), 2U);
}

TEST_F(Epochs, ALostKeyStopsTheLog) {
  begin();
  append_many(10);
  close();
  std::filesystem::remove(folder() / "epoch.key");
  open();
  const auto unlocked = log_->unlock(keys(), {});
  ASSERT_FALSE(unlocked);
  EXPECT_EQ(unlocked.error().code, ErrorCode::tampered);
}

TEST_F(Epochs, KeysThatAreNotTheLogsAreAnAlarm) {
  begin();
  append_many(10);
  close();
  open();
  evidence::Key32 other{};
  fill_random(other);
  for (const auto& wrong : {keys(other, opening_).identity, keys(identity_, other).opening}) (void)wrong;
  EXPECT_EQ(log_->unlock(keys(identity_, other), {}).error().code, ErrorCode::tampered);
  EXPECT_EQ(log_->unlock(keys(other, opening_), {}).error().code, ErrorCode::tampered);
}

TEST_F(Epochs, AClockSetBackIsSaidAndOrderStays) {
  begin();
  append_many(3);
  clocks_.set_wall(clocks_.wall_s() - 100'000);
  append_many(3);
  const auto skips = records(evidence::EntryType::skip);
  ASSERT_EQ(skips.size(), 1U);
  EXPECT_EQ(std::get<evidence::SkipEntry>(skips[0].content).kind, evidence::SkipKind::clock_back);
  EXPECT_EQ(said().size(), 6U);
  close();
  EXPECT_TRUE(verified().ok()) << verified().problem;
}

TEST_F(Epochs, AClockSetForwardByAYearIsSaid) {
  begin();
  append_many(3);
  clocks_.set_wall(clocks_.wall_s() + 365 * 86'400);
  append_many(3);
  clocks_.set_wall(clocks_.wall_s() - 365 * 86'400);
  append_many(3);
  const auto skips = records(evidence::EntryType::skip);
  ASSERT_EQ(skips.size(), 2U);
  EXPECT_EQ(std::get<evidence::SkipEntry>(skips[0].content).kind, evidence::SkipKind::clock_forward);
  EXPECT_EQ(std::get<evidence::SkipEntry>(skips[1].content).kind, evidence::SkipKind::clock_back);
  close();
  EXPECT_TRUE(verified().ok()) << verified().problem;
}

TEST_F(Epochs, TimeThatPassesIsNoJump) {
  begin();
  for (int i = 0; i < 20; ++i) {
    clocks_.pass(5000);
    append_many(1);
  }
  EXPECT_TRUE(records(evidence::EntryType::skip).empty());
}

TEST_F(Epochs, DowntimeIsSaid) {
  begin();
  append_many(3);
  close();
  clocks_.pass(4000);
  open();
  unlock();
  const auto skips = records(evidence::EntryType::skip);
  ASSERT_EQ(skips.size(), 1U);
  const auto& skip = std::get<evidence::SkipEntry>(skips[0].content);
  EXPECT_EQ(skip.kind, evidence::SkipKind::downtime);
  EXPECT_EQ(skip.to_s - skip.from_s, 4000);
}

}  // namespace
}  // namespace strongroom::tests
