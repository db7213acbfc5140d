// No space: a named error, nothing lost, and writing goes on when there is space again.
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <string>
#include <vector>

#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {
namespace {

// A limit on the size of files stands for the full disk: writes beyond it fail while everything else goes on.
void limit_files(const TestDaemon& daemon, rlim_t bytes) {
  rlimit limit{};
  ASSERT_EQ(prlimit(daemon.pid(), RLIMIT_FSIZE, nullptr, &limit), 0);
  limit.rlim_cur = bytes == RLIM_INFINITY ? limit.rlim_max : bytes;
  ASSERT_EQ(prlimit(daemon.pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
}

class FullDisk : public testing::Test {
 protected:
  void fill(client::Client& client) {
    for (int i = 0; i < 20; ++i) {
      const std::string path = "kept/" + std::to_string(i);
      ASSERT_TRUE(put(client, path, "value of " + path));
    }
  }

  void expect_kept(client::Client& client) {
    for (int i = 0; i < 20; ++i) {
      const std::string path = "kept/" + std::to_string(i);
      const auto found = get(client, path);
      ASSERT_TRUE(found) << path << ": " << found.error().message;
      EXPECT_EQ(*found, "value of " + path);
    }
  }

  void expect_nothing_new(client::Client& client) {
    for (const char* path : {"more/a", "more/b"}) {
      const auto found = get(client, path);
      ASSERT_FALSE(found);
      EXPECT_EQ(found.error().code, ErrorCode::not_found);
    }
  }

  TestDaemon daemon_;
};

// The limit hits the audit log as well, so nothing may be revealed either; SmallDisk is about the store alone.
TEST_F(FullDisk, RevealsAndChangesNothingWithoutItsEventAndGoesOnLater) {
  daemon_.start();
  auto client = daemon_.client();
  fill(client);
  limit_files(daemon_, 1);
  for (int i = 0; i < 3; ++i) {
    const auto refused = put(client, "more/a", std::string(5000, 'x'));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::audit_unavailable) << refused.error().message;
    const auto hidden = get(client, "kept/0");
    ASSERT_FALSE(hidden);
    EXPECT_EQ(hidden.error().code, ErrorCode::audit_unavailable) << hidden.error().message;
  }
  wire::PutManyRequest batch;
  batch.items.push_back(put_request("more/a", "x"));
  batch.items.push_back(put_request("more/b", "x"));
  EXPECT_EQ(client.call<wire::PutMany>(batch).error().code, ErrorCode::audit_unavailable);
  limit_files(daemon_, RLIM_INFINITY);
  expect_nothing_new(client);
  EXPECT_TRUE(put(client, "more/a", "x"));
  expect_kept(client);
  EXPECT_EQ(compared_status(client).freshness, protocol::service::Freshness::unverified);
}

TEST_F(FullDisk, ASlotChangeThatCannotBeWrittenIsNotMade) {
  daemon_.start();
  auto client = daemon_.client();
  namespace vault = protocol::vault;
  limit_files(daemon_, 1);
  const auto refused = client.call<vault::AddSlot>({.type = vault::SlotType::recovery, .passphrase = {}, .label = {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::audit_unavailable) << refused.error().message;
  limit_files(daemon_, RLIM_INFINITY);
  EXPECT_EQ(client.call<vault::ListSlots>({})->slots.size(), 1u);
  EXPECT_TRUE(client.call<vault::AddSlot>({.type = vault::SlotType::recovery, .passphrase = {}, .label = {}}));
  daemon_.kill();
  daemon_.start();
  EXPECT_EQ(client.call<vault::ListSlots>({})->slots.size(), 2u);
}

TEST_F(FullDisk, SurvivesAStopAndAKillWhileItLasts) {
  for (const bool killed : {false, true}) {
    TestDaemon daemon;
    daemon.start();
    auto client = daemon.client();
    fill(client);
    limit_files(daemon, 1);
    EXPECT_FALSE(put(client, "more/a", std::string(5000, 'x')));
    if (killed)
      daemon.kill();
    else
      EXPECT_EQ(daemon.stop().exit_code, 0);
    daemon.start();
    auto again = daemon.client();
    expect_kept(again);
    expect_nothing_new(again);
    EXPECT_EQ(compared_status(again).freshness, protocol::service::Freshness::unverified);
  }
}

// A real file system for the data folder, in a mount name space of the daemon's own.
class SmallDisk : public FullDisk {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can mount a small file system";
    Process probe({"unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=3m", "none", "/mnt"});
    if (probe.wait().exit_code != 0) GTEST_SKIP() << "this machine does not let root mount";
    std::filesystem::create_directory(daemon_.data());
  }

  void run_on_disk_of(const std::string& size) {
    const std::string script = "mount -t tmpfs -o size=" + size + R"(,mode=0700 none "$0" && exec "$@")";
    daemon_.run_under({"unshare", "-m", "sh", "-c", script, daemon_.data().string()});
  }
};

TEST_F(SmallDisk, AStartWithoutSpaceForTheStoreSaysSo) {
  for (const char* size : {"4k", "8k", "16k", "24k"}) {
    run_on_disk_of(size);
    daemon_.launch();
    const Outcome outcome = daemon_.wait();
    EXPECT_EQ(outcome.exit_code, 1) << size << outcome.errors;
    EXPECT_NE(outcome.errors.find("space"), std::string::npos) << size << ": " << outcome.errors;
    std::filesystem::remove_all(daemon_.state());
  }
}

TEST_F(SmallDisk, FillsUpRefusesAndGoesOnWhenThereIsSpace) {
  run_on_disk_of("3m");
  daemon_.start();
  auto client = daemon_.client();
  fill(client);
  std::vector<std::string> written;
  std::optional<Error> refusal;
  for (int i = 0; i < 200 && !refusal; ++i) {
    const std::string path = "bulk/" + std::to_string(i);
    const auto version = put(client, path, path + std::string(60'000, 'x'));
    if (version)
      written.push_back(path);
    else
      refusal = version.error();
  }
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, ErrorCode::storage_full) << refusal->message;
  EXPECT_GT(written.size(), 5u);
  const auto expect_written = [&] {
    for (const auto& path : written) {
      const auto found = get(client, path);
      ASSERT_TRUE(found) << path << ": " << found.error().message;
      EXPECT_EQ(*found, path + std::string(60'000, 'x'));
    }
  };
  expect_written();
  expect_kept(client);
  Process more({"nsenter", "-m", "-t", std::to_string(daemon_.pid()), "mount", "-o", "remount,size=64m",
                daemon_.data().string()});
  ASSERT_EQ(more.wait().exit_code, 0);
  const auto version = put(client, "more/a", "x");
  EXPECT_TRUE(version) << version.error().message;
  expect_written();
  EXPECT_EQ(compared_status(client).freshness, protocol::service::Freshness::unverified);
}

}  // namespace
}  // namespace strongroom::tests
