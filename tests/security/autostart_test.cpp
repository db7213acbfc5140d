// The daemon that a command starts is ours and gets nothing of the command's surroundings.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "tests/support/process.h"
#include "tests/support/secrets.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

namespace fs = std::filesystem;

class Autostart : public testing::Test {
 protected:
  // A copy of what is installed, so that rights can be spoiled.
  void SetUp() override {
    // The daemon outlives the command that started it and then is ours to wait for.
    ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    const fs::path built = fs::path(STRONGROOMD_PATH).parent_path();
    fs::create_directories(root() / "bin");
    fs::create_directories(root() / "lib/strongroom");
    for (const char* name : {"strongroom", "strongroomd"}) fs::copy_file(built / name, root() / "bin" / name);
    fs::copy(built.parent_path() / "lib/strongroom/plugins", root() / "lib/strongroom/plugins",
             fs::copy_options::recursive);
    for (const auto& entry : fs::recursive_directory_iterator(root()))
      fs::permissions(entry.path(), fs::perms::group_write | fs::perms::others_write, fs::perm_options::remove);
    fs::create_directory(folder_.path() / "home");
    fs::create_directory(folder_.path() / "work");
    fs::copy_file(HOSTILE_LIBRARY_PATH, library());
  }

  void TearDown() override {
    // Only what this test's command started: a child of ours since then.
    if (daemon_ <= 0 || waitpid(daemon_, nullptr, WNOHANG) != 0) return;
    kill(daemon_, SIGTERM);
    waitpid(daemon_, nullptr, 0);
    daemon_ = -1;
  }

  fs::path root() const { return folder_.path() / "root"; }

  fs::path home() const { return folder_.path() / "home"; }

  // LD_PRELOAD splits its value at spaces.
  fs::path library() const { return plain_.path() / "hostile.so"; }

  std::string socket() const { return (home() / ".local/state/strongroom/run/io.strongroom").string(); }

  Outcome run(std::vector<std::string> words, std::vector<std::string> environment = {},
              const std::string& input = {}) {
    words.insert(words.begin(), (root() / "bin/strongroom").string());
    environment.push_back("HOME=" + home().string());
    Process process(
        std::move(words),
        {.environment = std::move(environment), .input = input, .folder = (folder_.path() / "work").string()});
    Outcome outcome = process.wait();
    auto client = client::Client::connect({.endpoint = client::Endpoint{socket(), geteuid()}});
    if (client) daemon_ = static_cast<pid_t>(status_of(*client).pid);
    return outcome;
  }

  // A program of that name that leaves a mark when it runs.
  void plant(const fs::path& place) {
    fs::create_directories(place.parent_path());
    {
      std::ofstream(place) << "#!/bin/sh\ntouch '" << place.string() << ".ran'\n";
    }
    fs::permissions(place, fs::perms::owner_all);
  }

  TemporaryFolder folder_;
  TemporaryFolder plain_{"strongroom-test-XXXXXX"};
  pid_t daemon_ = -1;
};

TEST_F(Autostart, ACommandStartsTheDaemonBesideItOnce) {
  EXPECT_EQ(run({"secret", "set", "a"}, {}, "value").exit_code, 0);
  const pid_t first = daemon_;
  ASSERT_GT(first, 0);
  EXPECT_EQ(run({"read", "a"}).output, "value\n");
  EXPECT_EQ(daemon_, first);
  if (geteuid() != 0) return;
  EXPECT_EQ(fs::read_symlink("/proc/" + std::to_string(first) + "/exe"), root() / "bin/strongroomd");
}

TEST_F(Autostart, NoLibraryOfTheCommandReachesTheDaemon) {
  const std::string mark = library().string() + ".in.strongroomd";
  Process direct({(root() / "bin/strongroomd").string(), "--version"},
                 {.environment = {"LD_PRELOAD=" + library().string()}, .input = {}, .folder = {}});
  ASSERT_EQ(direct.wait().exit_code, 0);
  ASSERT_TRUE(fs::remove(mark)) << "the library does not work";
  const auto outcome = run({"status"}, {"LD_PRELOAD=" + library().string(), "LD_LIBRARY_PATH=" + plain_.path().string(),
                                        "GCONV_PATH=" + plain_.path().string(), "HOSTILE=1"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  ASSERT_GT(daemon_, 0);
  EXPECT_FALSE(fs::exists(mark));
  if (geteuid() != 0) return;
  const std::string environment = content("/proc/" + std::to_string(daemon_) + "/environ");
  EXPECT_NE(environment.find("HOME="), std::string::npos);
  for (const char* name : {"LD_", "GCONV", "HOSTILE"}) EXPECT_EQ(environment.find(name), std::string::npos) << name;
  EXPECT_EQ(content("/proc/" + std::to_string(daemon_) + "/maps").find("hostile"), std::string::npos);
}

TEST_F(Autostart, NoOtherProgramOfThatNameIsStarted) {
  const fs::path elsewhere = folder_.path() / "elsewhere/strongroomd";
  const fs::path here = folder_.path() / "work/strongroomd";
  plant(elsewhere);
  plant(here);
  EXPECT_EQ(run({"status"}, {"PATH=" + elsewhere.parent_path().string() + ":."}).exit_code, 0);
  EXPECT_GT(daemon_, 0);
  for (const auto& place : {elsewhere, here}) EXPECT_FALSE(fs::exists(place.string() + ".ran")) << place;
}

TEST_F(Autostart, WithoutOurDaemonNoOtherIsTaken) {
  const fs::path elsewhere = folder_.path() / "elsewhere/strongroomd";
  plant(elsewhere);
  plant(folder_.path() / "work/strongroomd");
  fs::remove(root() / "bin/strongroomd");
  EXPECT_EQ(run({"status"}, {"PATH=" + elsewhere.parent_path().string() + ":."}).exit_code, 6);
  EXPECT_FALSE(fs::exists(elsewhere.string() + ".ran"));
  EXPECT_LE(daemon_, 0);
}

TEST_F(Autostart, TheDaemonLeavesTheWorkingFolderAndOpensNothingOfIt) {
  const fs::path work = folder_.path() / "work";
  {
    std::ofstream(work / "config.toml") << "no configuration";
  }
  fs::create_directories(work / "lib/strongroom/plugins");
  {
    std::ofstream(work / "lib/strongroom/plugins/storage_sqlite.so") << "no plugin";
  }
  EXPECT_EQ(run({"status"}).exit_code, 0);
  ASSERT_GT(daemon_, 0);
  if (geteuid() != 0) return;
  EXPECT_EQ(fs::read_symlink("/proc/" + std::to_string(daemon_) + "/cwd"), "/");
}

TEST_F(Autostart, NoDescriptorOfTheCommandReachesTheDaemon) {
  const fs::path secret = folder_.path() / "open by the caller";
  std::vector<int> opened;
  for (int i = 0; i < 20; ++i) opened.push_back(open(secret.c_str(), O_RDWR | O_CREAT, 0600));
  EXPECT_EQ(run({"status"}).exit_code, 0);
  for (const int descriptor : opened) close(descriptor);
  ASSERT_GT(daemon_, 0);
  if (geteuid() != 0) GTEST_SKIP() << "only root sees the descriptors of a process that is not dumpable";
  std::size_t seen = 0;
  for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(daemon_) + "/fd")) {
    ++seen;
    std::error_code gone;
    EXPECT_NE(fs::read_symlink(entry.path(), gone), secret);
  }
  EXPECT_GT(seen, 3u);
}

TEST_F(Autostart, AnOddMaskOpensNothing) {
  for (const mode_t mask : {mode_t{0}, mode_t{0777}}) {
    const mode_t before = umask(mask);
    const auto outcome = run({"secret", "set", "a"}, {}, "value");
    umask(before);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    std::size_t seen = 0;
    for (const auto& entry : fs::recursive_directory_iterator(home() / ".local")) {
      struct stat found{};
      ASSERT_EQ(lstat(entry.path().c_str(), &found), 0);
      if (entry.path().filename() == "share" || entry.path().filename() == "state") continue;
      EXPECT_EQ(found.st_mode & 077, 0u) << entry.path();
      ++seen;
    }
    EXPECT_GT(seen, 6u);
    TearDown();
    fs::remove_all(home() / ".local");
  }
}

TEST_F(Autostart, ADaemonThatOthersCanChangeIsRefused) {
  const fs::path daemon = root() / "bin/strongroomd";
  for (const mode_t mode : {mode_t{0757}, mode_t{0777}}) {
    ASSERT_EQ(chmod(daemon.c_str(), mode), 0);
    const auto outcome = run({"status"});
    EXPECT_EQ(outcome.exit_code, 4) << outcome.errors;
    EXPECT_NE(outcome.errors.find("others could have changed it"), std::string::npos) << outcome.errors;
  }
  ASSERT_EQ(chmod(daemon.c_str(), 0755), 0);
  for (const fs::path& folder : {root() / "bin", root()}) {
    ASSERT_EQ(chmod(folder.c_str(), 0757), 0);
    EXPECT_EQ(run({"status"}).exit_code, 4) << folder;
    ASSERT_EQ(chmod(folder.c_str(), 0755), 0);
  }
  EXPECT_LE(daemon_, 0);
  EXPECT_EQ(run({"status"}).exit_code, 0);
}

TEST_F(Autostart, ALinkInPlaceOfTheDaemonIsRefused) {
  fs::rename(root() / "bin/strongroomd", root() / "bin/other");
  fs::create_symlink("other", root() / "bin/strongroomd");
  EXPECT_EQ(run({"status"}).exit_code, 4);
}

TEST_F(Autostart, ADaemonOfAnotherUserIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(chown((root() / "bin/strongroomd").c_str(), 65534, 65534), 0);
  EXPECT_EQ(run({"status"}).exit_code, 4);
}

TEST_F(Autostart, APluginThatWasChangedIsNotLoaded) {
  {
    std::ofstream(root() / "lib/strongroom/plugins/storage_sqlite.so", std::ios::app) << "x";
  }
  const auto outcome = run({"status"});
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_NE(outcome.errors.find("storage_sqlite"), std::string::npos) << outcome.errors;
}

}  // namespace
}  // namespace strongroom::tests
