// Whatever ends a backup or a restore, no half of one is there afterwards, and the store is what it was or what it was
// to become.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <thread>

#include <strongroom/protocol/methods/backup.h>

#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

namespace fs = std::filesystem;

constexpr int k_rounds = 200;

class BackupKill : public testing::Test {
 protected:
  BackupKill() {
    const std::uint64_t seed = std::random_device{}();
    random_.seed(seed);
    RecordProperty("seed", std::to_string(seed));
    Process keygen({"age-keygen", "-o", path("key")}, {});
    EXPECT_EQ(keygen.wait().exit_code, 0);
    const std::string key = content(path("key"));
    recipient_ = key.substr(key.find("age1"), 62);
    fs::create_directory(path("backups"));
    daemon_.add_flags({"--backup-folder", path("backups"), "--backup-recipients", recipient_, "--backup-every-hours",
                       "8760", "--backup-keep", "3"});
    daemon_.start();
    auto client = daemon_.client();
    for (int i = 0; i < 300; ++i)
      EXPECT_TRUE(put(client, "in/" + std::to_string(i), std::string(3000, 'v') + std::to_string(i)));
  }

  std::string path(const std::string& name) const { return (daemon_.folder() / name).string(); }

  std::vector<fs::path> backups() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(path("backups")))
      if (entry.path().extension() == ".age") found.push_back(entry.path());
    return found;
  }

  Outcome verify(const fs::path& file) {
    Process process(
        {STRONGROOM_PATH, "backup", "verify", file.string(), "--identity", path("key")},
        {.environment = {"HOME=" + daemon_.folder().string(), "PATH=/usr/bin:/bin"}, .input = {}, .folder = {}});
    return process.wait();
  }

  std::unique_ptr<Process> restore(const std::string& file) {
    return std::make_unique<Process>(
        std::vector<std::string>{STRONGROOMD_PATH, "--data", daemon_.data().string(), "--state",
                                 daemon_.state().string(), "--restore", file, "--identity", path("key"), "--replace"},
        Process::Options{.environment = daemon_.environment(), .input = {}, .folder = {}});
  }

  // The moment is the test's subject; nothing is awaited by it.
  void pass_time(std::uint64_t most_us) { std::this_thread::sleep_for(std::chrono::microseconds(random_() % most_us)); }

  // "before" or "after"; anything else is a failure.
  std::string state_of_store() {
    auto client = daemon_.client();
    auto value = get(client, "which");
    if (!value && value.error().code == ErrorCode::locked) {
      const auto problems = status_of(client).problems;
      return problems.empty() ? "locked" : "locked: " + problems.front();
    }
    EXPECT_TRUE(value) << value.error().message;
    for (const int i : {0, 150, 299}) EXPECT_TRUE(get(client, "in/" + std::to_string(i)));
    return value ? *value : "none";
  }

  TestDaemon daemon_;
  std::mt19937_64 random_;
  std::string recipient_;
};

TEST_F(BackupKill, ABackupIsWholeOrNotThere) {
  for (int round = 0; round < k_rounds && !HasFailure(); ++round) {
    std::thread asking([client = daemon_.client()]() mutable { (void)client.call<protocol::backup::Run>({}); });
    pass_time(20'000);
    daemon_.kill();
    asking.join();
    ASSERT_NO_THROW(daemon_.start());
    if (round % 20 != 0) continue;
    for (const auto& file : backups()) {
      const auto verified = verify(file);
      EXPECT_EQ(verified.exit_code, 0) << verified.errors;
    }
  }
  auto client = daemon_.client();
  EXPECT_TRUE(client.call<protocol::backup::Run>({}));
  EXPECT_LE(backups().size(), 3U);
  for (const auto& entry : fs::directory_iterator(path("backups"))) EXPECT_EQ(entry.path().extension(), ".age");
}

TEST_F(BackupKill, ARestoreHasHappenedOrNot) {
  {
    auto client = daemon_.client();
    ASSERT_TRUE(put(client, "which", "after"));
    ASSERT_TRUE(client.call<protocol::backup::Run>({}));
    ASSERT_TRUE(put(client, "which", "before"));
  }
  std::string file;
  for (const auto& each : backups()) file = std::max(file, each.string());
  (void)daemon_.stop();
  fs::copy(daemon_.data(), path("kept-data"), fs::copy_options::recursive);
  fs::copy(daemon_.state(), path("kept-state"), fs::copy_options::recursive);
  int before = 0;
  int after = 0;
  int between = 0;
  for (int round = 0; round < k_rounds && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    auto restoring = restore(file);
    pass_time(120'000);
    restoring->kill(SIGKILL);
    (void)restoring->wait();
    ASSERT_NO_THROW(daemon_.start());
    const std::string state = state_of_store();
    before += state == "before" ? 1 : 0;
    after += state == "after" ? 1 : 0;
    // Between the exchange of one folder and of the other: nothing opens by itself, and the status says why.
    between += holds(state, "locked: ") ? 1 : 0;
    EXPECT_TRUE(state == "before" || state == "after" || holds(state, "locked: ")) << state;
    (void)daemon_.stop();
    if (state == "before") continue;
    for (const char* which : {"data", "state"}) {
      fs::remove_all(daemon_.folder() / which);
      fs::copy(path(std::string("kept-") + which), daemon_.folder() / which, fs::copy_options::recursive);
    }
    for (const auto& entry : fs::directory_iterator(daemon_.folder()))
      if (holds(entry.path().string(), ".restoring-") || holds(entry.path().string(), ".before-"))
        fs::remove_all(entry.path());
  }
  EXPECT_GT(before, 0);
  RecordProperty("before", before);
  RecordProperty("after", after);
  RecordProperty("between", between);
  auto restoring = restore(file);
  const auto restored = restoring->wait();
  ASSERT_EQ(restored.exit_code, 0) << restored.errors;
  ASSERT_NO_THROW(daemon_.start());
  EXPECT_EQ(state_of_store(), "after");
}

}  // namespace
}  // namespace strongroom::tests
