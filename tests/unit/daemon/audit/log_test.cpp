// A log that nothing happens to.
#include "tests/unit/daemon/audit/audit_house.h"

namespace strongroom::tests {
namespace {

class Log : public AuditHouse {};

TEST_F(Log, HoldsWhatWasAppendedAndVerifies) {
  begin();
  append_many(20);
  EXPECT_EQ(said().size(), 20U);
  EXPECT_EQ(said().at(3), "secret.get key/3");
  close();
  const auto report = verified();
  EXPECT_TRUE(report.ok()) << report.problem;
  EXPECT_EQ(report.entries, report.signed_entries);
  EXPECT_EQ(report.torn, 0U);
}

TEST_F(Log, GoesOnOverRestartsUnderOneId) {
  begin();
  append_many(10);
  const std::string origin = log_->origin();
  for (int i = 0; i < 5; ++i) {
    close();
    clocks_.pass(100);
    open();
    EXPECT_EQ(log_->origin(), origin);
    unlock();
    append_many(100);
  }
  EXPECT_EQ(said().size(), 510U);
  close();
  EXPECT_TRUE(verified().ok()) << verified().problem;
}

TEST_F(Log, SegmentsFollowEachOther) {
  begin();
  append_many(2000);
  EXPECT_GT(evidence::list_segments(folder()).value().size(), 5U);
  EXPECT_EQ(said().size(), 2000U);
  close();
  EXPECT_TRUE(verified().ok()) << verified().problem;
  open();
  unlock();
  EXPECT_EQ(said().size(), 2000U);
}

TEST_F(Log, ALockedLogWritesAndDoesNotRead) {
  begin();
  append_many(5);
  log_->lock();
  ASSERT_TRUE(append("secret.put", "written/while/locked"));
  const Status read = log_->with_reader([](audit::EventReader&, std::uint64_t) { return Status(); });
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::locked);
  unlock();
  EXPECT_EQ(said().back(), "secret.put written/while/locked");
}

TEST_F(Log, StartedLockedIsOneSignedLogAfterTheUnlock) {
  begin();
  append_many(5);
  close();
  open();
  append_many(700);
  EXPECT_FALSE(log_->keeper().can_sign());
  EXPECT_TRUE(verified().ok()) << verified().problem;
  unlock();
  EXPECT_EQ(said().size(), 705U);
  const auto report = verified();
  EXPECT_TRUE(report.ok()) << report.problem;
  EXPECT_EQ(report.signed_entries, log_->writer()->next());
}

TEST_F(Log, KeepsFilesToItself) {
  begin();
  append_many(600);
  close();
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder())) {
    const auto mode = file.status().permissions();
    EXPECT_EQ(mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
              std::filesystem::perms::none)
        << file.path();
  }
}

TEST_F(Log, NamesAndReasonsAreNowhereInTheClear) {
  begin();
  append_many(1);
  ASSERT_TRUE(append("secret.get", "canary-path-93847"));
  close();
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder())) {
    if (!file.is_regular_file()) continue;
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string content((std::istreambuf_iterator<char>(stream)), {});
    EXPECT_EQ(content.find("canary-path"), std::string::npos) << file.path();
    EXPECT_EQ(content.find("secret.get"), std::string::npos) << file.path();
  }
}

TEST_F(Log, ASyncCoversWhatWasAppended) {
  begin();
  const auto sequence = append();
  ASSERT_TRUE(sequence);
  log_->sync(*sequence);
  EXPECT_GT(log_->writer()->durable(), *sequence);
}

TEST_F(Log, ManyThreadsAppendOneLog) {
  begin();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([this] {
      for (int i = 0; i < 250; ++i) {
        evidence::Event event;
        event.action = "secret.get";
        event.rule = "owner";
        event.result = "ok";
        event.actor = "uid:1";
        event.authentication = "peer";
        const auto appended = log_->append(event, {}, audit::Room::ordinary);
        ASSERT_TRUE(appended);
        if (i % 50 == 0) log_->sync(*appended);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(said().size(), 1000U);
  close();
  EXPECT_TRUE(verified().ok()) << verified().problem;
}

TEST_F(Log, ACheckpointFollowsByItself) {
  begin();
  append_many(3);
  EXPECT_TRUE(eventually([this] { return log_->keeper().state().signed_entries == log_->writer()->next(); }));
}

// The checkpoint, which syncs too, is an hour away.
TEST_F(Log, EntriesAreSyncedBeforeTheirCheckpoint) {
  times_ = {.sync = std::chrono::milliseconds(20), .checkpoint = std::chrono::hours(1)};
  begin();
  for (int i = 0; i < 5; ++i) {
    const auto sequence = append();
    ASSERT_TRUE(sequence);
    EXPECT_TRUE(eventually([&] { return log_->writer()->durable() > *sequence; })) << i;
  }
}

TEST_F(Log, ManyEntriesDoNotMakeManyCheckpoints) {
  times_ = {
      .sync = std::chrono::milliseconds(20), .checkpoint = std::chrono::hours(1), .between = std::chrono::hours(1)};
  begin();
  append_many(300);
  ASSERT_TRUE(eventually([this] { return log_->keeper().state().signed_entries >= 256; })) << "the first is at once";
  const auto is_signed = log_->keeper().state().signed_entries;
  append_many(600);
  const auto last = log_->writer()->next();
  ASSERT_TRUE(eventually([&] { return log_->writer()->durable() >= last; }));
  EXPECT_LE(log_->keeper().state().signed_entries, is_signed + 300);
  ASSERT_TRUE(log_->keeper().checkpoint()) << "who asks for one gets it";
  EXPECT_EQ(log_->keeper().state().signed_entries, last);
}

TEST_F(Log, LittleIsEverUnsynced) {
  times_ = {.sync = std::chrono::hours(1), .checkpoint = std::chrono::hours(1), .between = std::chrono::hours(1)};
  begin();
  const std::string path(1000, 'p');
  std::uint64_t bytes = 0;
  while (bytes < 3 * audit::k_most_unsynced) {
    ASSERT_TRUE(append("secret.get", path));
    bytes += path.size();
  }
  EXPECT_GT(log_->writer()->durable(), log_->writer()->next() / 2);
}

TEST_F(Log, RedactionDestroysNamesAndNoProof) {
  begin();
  const auto sequence = append("secret.get", "person/4711");
  ASSERT_TRUE(sequence);
  const auto before = log_->keeper().checkpoint();
  ASSERT_TRUE(before);
  ASSERT_TRUE(log_->redact(*sequence));
  EXPECT_EQ(said().back(), "secret.get");
  EXPECT_FALSE(log_->redact(0)) << "an epoch record names nothing";
  close();
  evidence::VerifyOptions options;
  options.against = {*before};
  EXPECT_TRUE(verified(options).ok()) << verified(options).problem;
}

}  // namespace
}  // namespace strongroom::tests
