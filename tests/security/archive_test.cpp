// Evidence that was archived once is there still after whatever comes later.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <sstream>

#include <strongroom/protocol/methods/audit.h>

#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {
namespace {

namespace fs = std::filesystem;

class Archive : public testing::Test {
 protected:
  // A log of several segments of 1 MiB.
  void SetUp() override {
    daemon_.start();
    auto client = daemon_.client();
    ASSERT_TRUE(put(client, "a", "1"));
    for (int i = 0; i < 4000; ++i) ASSERT_TRUE(get(client, "a"));
    fs::create_directories(archived_.parent_path());
  }

  Result<protocol::audit::ArchiveResponse> archive() {
    const auto in_an_hour = std::chrono::system_clock::now() + std::chrono::hours(1);
    return daemon_.client().call<protocol::audit::Archive>(
        {.before_ms = std::chrono::duration_cast<std::chrono::milliseconds>(in_an_hour.time_since_epoch()).count()});
  }

  TestDaemon daemon_;
  const fs::path first_ = daemon_.state() / "audit" / "segments" / "0000000000000000.log";
  const fs::path archived_ = daemon_.state() / "audit-archive" / "segments" / "0000000000000000.log";
};

TEST_F(Archive, GoesOnWhereAnAttemptEnded) {
  fs::create_hard_link(first_, archived_);
  const auto done = archive();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_GT(done->segments, 0);
  EXPECT_FALSE(fs::exists(first_));
  EXPECT_TRUE(fs::exists(archived_));
}

TEST_F(Archive, DoesNotWriteOverASegmentOfAnotherLog) {
  std::ofstream(archived_) << "evidence";
  const auto refused = archive();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("another log"), std::string::npos) << refused.error().message;
  EXPECT_TRUE(fs::exists(first_));
  std::stringstream kept;
  kept << std::ifstream(archived_).rdbuf();
  EXPECT_EQ(kept.str(), "evidence");
  auto client = daemon_.client();
  EXPECT_TRUE(get(client, "a"));
}

}  // namespace
}  // namespace strongroom::tests
