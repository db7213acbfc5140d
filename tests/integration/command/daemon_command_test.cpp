// strongroomd's own command line: configuration, checks, versions.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/ordinary_user.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace strongroom::tests {
namespace {

class DaemonCommand : public testing::Test {
 protected:
  Outcome run(std::vector<std::string> words, std::vector<std::string> environment = {}) {
    words.insert(words.begin(), STRONGROOMD_PATH);
    environment.push_back("HOME=" + folder_.path().string());
    environment.push_back("TMPDIR=" + folder_.path().string());
    Process process(std::move(words), {.environment = std::move(environment), .input = {}, .folder = {}});
    return process.wait();
  }

  std::string configuration(const std::string& content) {
    const auto file = folder_.path() / "my config.toml";
    std::ofstream(file) << content;
    return file.string();
  }

  void expect_refused(const std::string& content, const std::string& place, const std::string& sentence) {
    const std::string file = configuration(content);
    const Outcome outcome = run({"--check-config", "--config", file});
    EXPECT_EQ(outcome.exit_code, 2) << outcome.errors;
    EXPECT_NE(outcome.errors.find(file + place), std::string::npos) << outcome.errors;
    EXPECT_NE(outcome.errors.find(sentence), std::string::npos) << outcome.errors;
    EXPECT_EQ(run({"--config", file}).exit_code, 2) << "it starts all the same";
  }

  TemporaryFolder folder_;
};

TEST_F(DaemonCommand, ChecksAConfiguration) {
  const std::string file = configuration("[daemon]\nthreads = 4\n\n[log]\nlevel = \"debug\"\n");
  const Outcome outcome = run({"--check-config", "--config", file});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_NE(outcome.output.find(file), std::string::npos) << outcome.output;
  EXPECT_EQ(run({"--check-config"}).exit_code, 0);
  std::filesystem::create_directories(folder_.path() / ".config/strongroom");
  std::ofstream(folder_.path() / ".config/strongroom/config.toml") << "[daemon]\nthreads = 0\n";
  EXPECT_EQ(run({"--check-config"}).exit_code, 2) << "the usual file is not read";
}

TEST_F(DaemonCommand, DoesNotStartWhenItMayNotReachItsConfiguration) {
  if (passed_on_to_ordinary_user()) return;
  const auto folder = folder_.path() / ".config/strongroom";
  std::filesystem::create_directories(folder);
  std::filesystem::permissions(folder, std::filesystem::perms::none);
  ASSERT_EQ(run({"--check-config"}).exit_code, 2);
  const Outcome outcome = run({});
  EXPECT_EQ(outcome.exit_code, 2) << outcome.errors;
  EXPECT_NE(outcome.errors.find((folder / "config.toml").string()), std::string::npos) << outcome.errors;
  EXPECT_NE(outcome.errors.find("cannot be told"), std::string::npos) << outcome.errors;
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
}

TEST_F(DaemonCommand, RefusesWhatItDoesNotKnowWithFileAndLine) {
  expect_refused("[daemon]\nthreads = 2\ntreads = 4\n", ":3", "treads");
  expect_refused("\n[deamon]\nthreads = 4\n", ":2", "deamon");
  expect_refused("threads = 4\n", ":1", "threads");
  expect_refused("[daemon]\n\nthreads = \"many\"\n", ":3", "whole number");
  expect_refused("[daemon]\nthreads = 65\n", ":2", "1 to 64");
  expect_refused("[daemon]\nthreads = [1]\n", ":2", "threads");
  expect_refused("[daemon\n", ":1", "");
}

TEST_F(DaemonCommand, RefusesUnknownFlagsAndWrongVariablesByName) {
  const Outcome flag = run({"--nonsense"});
  EXPECT_EQ(flag.exit_code, 2);
  EXPECT_NE(flag.errors.find("--nonsense"), std::string::npos) << flag.errors;
  const Outcome variable = run({"--check-config"}, {"STRONGROOM_THREADS=none"});
  EXPECT_EQ(variable.exit_code, 2);
  EXPECT_NE(variable.errors.find("STRONGROOM_THREADS"), std::string::npos) << variable.errors;
  EXPECT_EQ(run({"--config", "/nonexistent/file.toml"}).exit_code, 2);
}

TEST_F(DaemonCommand, TellsVersionAndHelp) {
  const Outcome version = run({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_TRUE(version.output.starts_with("strongroomd ")) << version.output;
  const Outcome help = run({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_NE(help.output.find("--check-config"), std::string::npos);
}

TEST_F(DaemonCommand, TestsItselfAndLeavesNothing) {
  const Outcome outcome = run({"--self-test"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
  EXPECT_NE(outcome.output.find("sqlite"), std::string::npos) << outcome.output;
  // It works below the state folder, which it may have to make.
  const auto state = folder_.path() / ".local/state/strongroom";
  EXPECT_TRUE(std::filesystem::is_empty(state));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path()))
    EXPECT_TRUE(state.string().starts_with(entry.path().string())) << entry.path();
}

}  // namespace
}  // namespace strongroom::tests
