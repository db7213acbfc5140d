// The life of a secret as a person meets it: hidden, taken back, destroyed, moved, described, found, followed.
#include <gtest/gtest.h>

#include <thread>

#include <strongroom/protocol/methods/secret.h>

#include "tests/support/cli.h"
#include "tests/support/secrets.h"

namespace strongroom::tests {
namespace {

class SecretLife : public testing::Test {
 protected:
  void SetUp() override { daemon_.start(); }

  Outcome cli(std::vector<std::string> words, std::string input = {}) {
    return run_cli(daemon_, std::move(words), std::move(input));
  }

  void set(const std::string& path, const std::string& value) {
    ASSERT_EQ(cli({"secret", "set", path}, value).exit_code, 0);
  }

  TestDaemon daemon_;
};

TEST_F(SecretLife, ADeleteSaysHowToTakeItBackAndThatWorks) {
  set("it's here", "value");
  const auto deleted = cli({"secret", "rm", "it's here"});
  EXPECT_EQ(deleted.exit_code, 0);
  const auto at = deleted.output.find("strongroom secret undelete ");
  ASSERT_NE(at, std::string::npos) << deleted.output;
  EXPECT_EQ(cli({"read", "it's here"}).exit_code, 3);
  EXPECT_EQ(cli({"secret", "undelete", "it's here"}).exit_code, 0);
  EXPECT_EQ(cli({"read", "it's here"}).output, "value\n");
}

TEST_F(SecretLife, AHintIsOneThatAShellTakesAsItStands) {
  const std::string path = "t/p'; echo bad; '$(echo bad)";
  ASSERT_EQ(cli({"secret", "set", path}, "value").exit_code, 0);
  const auto deleted = cli({"secret", "rm", path});
  const std::string words = deleted.output.substr(deleted.output.find("strongroom secret undelete ") + 27);
  Process shell({"/bin/sh", "-c", "printf %s " + words});
  EXPECT_EQ(shell.wait().output, path);
}

TEST_F(SecretLife, PurgeOfOneForgetsNothingOfWhatLiesBelow) {
  set("rt/a", "1");
  set("rt/a/b", "2");
  ASSERT_EQ(cli({"read", "rt/a/b"}).exit_code, 0);
  ASSERT_EQ(cli({"secret", "purge", "rt/a", "--yes"}).exit_code, 0);
  EXPECT_NE(cli({"secret", "history", "rt/a/b", "--json"}).output.find("last_read_ms"), std::string::npos);
}

TEST_F(SecretLife, RollbackRevivesNoExpiredValueAndKeepsAnExpiry) {
  ASSERT_EQ(cli({"secret", "set", "e", "--expires-in", "2h"}, "1").exit_code, 0);
  ASSERT_EQ(cli({"secret", "set", "e"}, "2").exit_code, 0);
  ASSERT_EQ(cli({"secret", "rollback", "e", "1"}).exit_code, 0);
  EXPECT_EQ(cli({"secret", "search", "--expires-in", "3h"}).output, "e\n");
  ASSERT_EQ(cli({"secret", "expire", "e", "--in", "1s"}).exit_code, 0);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (cli({"read", "e"}).exit_code == 0 && std::chrono::steady_clock::now() < until) {
  }
  EXPECT_EQ(cli({"secret", "rollback", "e", "3"}).exit_code, 3);
  EXPECT_EQ(cli({"secret", "mv", "e", "e"}).exit_code, 2) << "it lies there already";
}

TEST_F(SecretLife, WhatIsForGoodAsksFirst) {
  set("a/b", "1");
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"secret", "purge", "a/b"}, {"secret", "destroy", "a/b"}}) {
    const auto refused = cli(words);
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_NE(refused.errors.find("--yes"), std::string::npos) << refused.errors;
  }
  EXPECT_EQ(cli({"read", "a/b"}).output, "1\n");
  set("a/b", "2");
  EXPECT_EQ(cli({"secret", "destroy", "a/b", "--version", "1", "--yes"}).exit_code, 0);
  EXPECT_EQ(cli({"read", "a/b?version=1"}).exit_code, 3);
  EXPECT_EQ(cli({"read", "a/b"}).output, "2\n");
  EXPECT_EQ(cli({"secret", "purge", "a/b", "--yes"}).exit_code, 0);
  EXPECT_EQ(cli({"secret", "history", "a/b"}).exit_code, 3);
  EXPECT_EQ(cli({"secret", "list", "-r"}).output, "") << "the folder goes with its last secret";
}

TEST_F(SecretLife, ATreeMovesWithItsHistory) {
  set("dev/db/user", "u1");
  set("dev/db/user", "u2");
  set("dev/db/pass", "p");
  set("other", "x");
  EXPECT_EQ(cli({"secret", "mv", "dev", "prod", "--recursive"}).exit_code, 0);
  EXPECT_EQ(cli({"secret", "ls", "-r"}).output, "other\nprod/db/pass\nprod/db/user\n");
  EXPECT_EQ(cli({"read", "prod/db/user?version=1"}).output, "u1\n");
  EXPECT_EQ(cli({"read", "dev/db/user"}).exit_code, 3);
  EXPECT_EQ(cli({"secret", "mv", "other", "prod/db/pass"}).exit_code, 7);
  EXPECT_EQ(cli({"secret", "mv", "prod", "prod/in", "-r"}).exit_code, 2);
  EXPECT_EQ(cli({"secret", "mv", "none", "x", "-r"}).exit_code, 3);
}

TEST_F(SecretLife, CopyAndRollbackMakeNewVersions) {
  set("a", "1");
  set("a", "2");
  EXPECT_EQ(cli({"secret", "rollback", "a", "1"}).exit_code, 0);
  EXPECT_EQ(cli({"read", "a"}).output, "1\n");
  EXPECT_EQ(cli({"read", "a?version=2"}).output, "2\n");
  EXPECT_EQ(cli({"secret", "label", "a", "--add", "x"}).exit_code, 0);
  EXPECT_EQ(cli({"secret", "cp", "a", "b"}).exit_code, 0);
  EXPECT_EQ(cli({"read", "b"}).output, "1\n");
  EXPECT_NE(cli({"secret", "history", "b"}).output.find("x"), std::string::npos);
  EXPECT_EQ(cli({"secret", "cp", "a", "b"}).exit_code, 7);
  EXPECT_EQ(cli({"secret", "rollback", "a", "9"}).exit_code, 3);
}

TEST_F(SecretLife, AVersionExpires) {
  set("a", "1");
  EXPECT_EQ(cli({"secret", "expire", "a", "--in", "1s"}).exit_code, 0);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  int code = 0;
  while ((code = cli({"read", "a"}).exit_code) == 0 && std::chrono::steady_clock::now() < until) {
  }
  EXPECT_EQ(code, 3);
  EXPECT_NE(cli({"read", "a"}).errors.find("expired"), std::string::npos);
  EXPECT_EQ(cli({"secret", "expire", "a", "--never"}).exit_code, 0);
  EXPECT_EQ(cli({"read", "a"}).output, "1\n");
  EXPECT_EQ(cli({"secret", "set", "b", "--expires-in", "2h"}, "x").exit_code, 0);
  EXPECT_NE(cli({"secret", "history", "b", "--json"}).output.find("expires_ms"), std::string::npos);
  EXPECT_EQ(cli({"secret", "search", "--expires-in", "1h"}).output, "");
  EXPECT_EQ(cli({"secret", "search", "--expires-in", "3h"}).output, "b\n");
  EXPECT_EQ(cli({"secret", "set", "b", "--expires-in", "soon"}, "x").exit_code, 2);
}

TEST_F(SecretLife, APolicyHolds) {
  set("a", "1");
  EXPECT_EQ(cli({"secret", "policy", "a", "--versions-kept", "2", "--check-required", "true"}).exit_code, 0);
  const auto refused = cli({"secret", "set", "a"}, "2");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.errors.find("--check-version must be given"), std::string::npos) << refused.errors;
  EXPECT_EQ(cli({"secret", "set", "a", "--check-version", "1"}, "2").exit_code, 0);
  EXPECT_EQ(cli({"secret", "set", "a", "--check-version", "1"}, "3").exit_code, 7);
  EXPECT_EQ(cli({"secret", "set", "a", "--check-version", "2"}, "3").exit_code, 0);
  EXPECT_EQ(cli({"read", "a?version=1"}).exit_code, 3);
  EXPECT_EQ(cli({"read", "a?version=2"}).output, "2\n");
}

TEST_F(SecretLife, SearchLooksAtPathsAndLabelsWhateverTheirCase) {
  set("prod/Stripe", "1");
  set("dev/Straße", "2");
  set("x", "3");
  ASSERT_EQ(cli({"secret", "label", "x", "--add", "team:STRIPES", "--add", "old"}).exit_code, 0);
  EXPECT_EQ(cli({"secret", "search", "stripe"}).output, "prod/Stripe\nx\n");
  EXPECT_EQ(cli({"secret", "search", "STRASSE"}).output, "dev/Straße\n");
  EXPECT_EQ(cli({"secret", "search", "--label", "old"}).output, "x\n");
  EXPECT_EQ(cli({"secret", "search", "stripe", "--in", "prod"}).output, "prod/Stripe\n");
  EXPECT_EQ(cli({"secret", "search"}).exit_code, 2);
  EXPECT_EQ(cli({"secret", "label", "x", "--remove", "old"}).exit_code, 0);
  EXPECT_EQ(cli({"secret", "search", "--label", "old"}).output, "");
  EXPECT_EQ(cli({"secret", "stale"}).output, "") << "written just now";
  EXPECT_EQ(cli({"secret", "stale", "--days", "0"}).output, "dev/Straße\nprod/Stripe\nx\n");
}

// A program that prints what it follows, read line by line while it runs.
class Follower {
 public:
  explicit Follower(const TestDaemon& daemon, std::vector<std::string> words) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe");
    words.insert(words.begin(), STRONGROOM_PATH);
    words.insert(words.end(), {"--no-start", "--json", "--socket", daemon.socket()});
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], 1);
      std::vector<char*> arguments;
      for (auto& word : words) arguments.push_back(word.data());
      arguments.push_back(nullptr);
      execv(arguments[0], arguments.data());
      _exit(127);
    }
    close(ends[1]);
    from_ = ends[0];
  }

  ~Follower() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(from_);
  }

  // Empty when the program has ended.
  std::string line() {
    std::string text;
    char c = 0;
    while (read(from_, &c, 1) == 1 && c != '\n') text.push_back(c);
    return text;
  }

  int wait() {
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WEXITSTATUS(status);
  }

 private:
  pid_t pid_ = -1;
  int from_ = -1;
};

TEST_F(SecretLife, AWatchTellsEachChangeInOrderAndNoValue) {
  Follower follower(daemon_, {"secret", "watch", "app"});
  EXPECT_NE(follower.line().find(R"("change":"started")"), std::string::npos);
  set("other/x", "hush");
  set("app/x", "hush");
  cli({"secret", "rm", "app/x"});
  cli({"secret", "undelete", "app/x"});
  cli({"secret", "label", "app/x", "--add", "l"});
  cli({"secret", "mv", "app", "away", "-r"});
  cli({"secret", "mv", "away/x", "app/y"});
  cli({"secret", "destroy", "app/y", "--yes"});
  cli({"secret", "purge", "app/y", "--yes"});
  for (const std::string expected :
       {R"("change":"written","time_ms":)", R"("change":"deleted")", R"("change":"undeleted")",
        R"("change":"described")", R"("path":"app/","to":"away/")", R"("path":"away/x","to":"app/y")",
        R"("change":"destroyed")", R"("change":"purged")"}) {
    const std::string line = follower.line();
    EXPECT_NE(line.find(expected), std::string::npos) << expected << " in " << line;
    EXPECT_EQ(line.find("hush"), std::string::npos) << line;
  }
  cli({"lock"});
  EXPECT_EQ(follower.line(), "");
  EXPECT_EQ(follower.wait(), 5) << "the store was locked";
}

TEST_F(SecretLife, AStatusWatchTellsLocksAndEndsWithTheDaemon) {
  Follower follower(daemon_, {"status", "--watch"});
  EXPECT_NE(follower.line().find(R"("state":"unlocked")"), std::string::npos);
  cli({"lock"});
  std::string line;
  while (!(line = follower.line()).empty() && line.find(R"("state":"locked")") == std::string::npos) {
  }
  EXPECT_NE(line.find(R"("state":"locked")"), std::string::npos);
  EXPECT_EQ(daemon_.stop().exit_code, 0);
  while (!follower.line().empty()) {
  }
  EXPECT_NE(follower.wait(), 0);
}

TEST_F(SecretLife, AWatchIsNotHeldOpenByAStop) {
  Follower first(daemon_, {"secret", "watch"});
  Follower second(daemon_, {"status", "-w"});
  ASSERT_FALSE(first.line().empty());
  ASSERT_FALSE(second.line().empty());
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(daemon_.stop().exit_code, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(4)) << "the deadline of a stop is 5 s";
}

TEST_F(SecretLife, AliasesAndTypingErrors) {
  set("a", "1");
  EXPECT_EQ(cli({"secret", "ls"}).output, "a\n");
  const auto mistyped = cli({"secret", "lst"});
  EXPECT_EQ(mistyped.exit_code, 2);
  EXPECT_NE(mistyped.errors.find("secret list"), std::string::npos) << mistyped.errors;
  const auto option = cli({"secret", "list", "--recusive"});
  EXPECT_EQ(option.exit_code, 2);
  EXPECT_NE(option.errors.find("--recursive"), std::string::npos) << option.errors;
}

}  // namespace
}  // namespace strongroom::tests
