// Ways in: the recovery code is shown once, a lock holds over restarts, and there is always one way left.
#include <gtest/gtest.h>

#include <regex>

#include "tests/support/cli.h"

namespace strongroom::tests {
namespace {

class Slots : public testing::Test {
 protected:
  void SetUp() override { daemon_.start(); }

  Outcome cli(std::vector<std::string> words, std::string input = {}) {
    return run_cli(daemon_, std::move(words), std::move(input));
  }

  void restart() {
    EXPECT_EQ(daemon_.stop().exit_code, 0);
    daemon_.start();
  }

  static std::string code_in(const std::string& text) {
    std::smatch found;
    return std::regex_search(text, found, std::regex("([0-9A-Z]{5}-){6}[0-9A-Z]{5}")) ? found.str() : "";
  }

  std::string id_of(const std::string& type) {
    const std::string list = cli({"slot", "list"}).output;
    std::smatch found;
    return std::regex_search(list, found, std::regex("([0-9a-f]{16}) +" + type)) ? found[1].str() : "";
  }

  TestDaemon daemon_{{"--kdf-memory-mib", "64"}};
};

TEST_F(Slots, InitShowsTheRecoveryCodeOnce) {
  const auto first = cli({"init"});
  EXPECT_EQ(first.exit_code, 0) << first.errors;
  const std::string code = code_in(first.output);
  EXPECT_EQ(code.size(), 41u) << first.output;
  const auto second = cli({"init"});
  EXPECT_EQ(second.exit_code, 7);
  EXPECT_EQ(code_in(second.output + second.errors), "");
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"status"}, {"slot", "list"}, {"slot", "list", "--json"}})
    EXPECT_EQ((cli(words).output).find(code), std::string::npos);
}

TEST_F(Slots, ALockHoldsOverRestartsUntilUnlock) {
  ASSERT_EQ(cli({"secret", "set", "a"}, "value").exit_code, 0);
  EXPECT_EQ(cli({"lock"}).exit_code, 0);
  EXPECT_EQ(cli({"read", "a"}).exit_code, 5);
  restart();
  EXPECT_EQ(cli({"read", "a"}).exit_code, 5);
  daemon_.kill();
  daemon_.start();
  EXPECT_EQ(cli({"read", "a"}).exit_code, 5);
  EXPECT_EQ(cli({"unlock"}).exit_code, 0);
  EXPECT_EQ(cli({"read", "a"}).output, "value\n");
  restart();
  EXPECT_EQ(cli({"read", "a"}).output, "value\n");
}

TEST_F(Slots, ADescriptorHandsOverWhatOpens) {
  ASSERT_EQ(cli({"slot", "add", "passphrase"}, "correct horse battery").exit_code, 0);
  ASSERT_EQ(cli({"secret", "set", "a"}, "value").exit_code, 0);
  ASSERT_EQ(cli({"lock"}).exit_code, 0);
  const auto unlock = [&](const std::string& script) {
    Process process(
        {"/bin/sh", "-c", script, "sh", STRONGROOM_PATH, daemon_.socket()},
        {.environment = {"HOME=" + daemon_.folder().string(), "PATH=/usr/bin:/bin"}, .input = {}, .folder = {}});
    return process.wait();
  };
  const auto missing = unlock(R"("$1" --no-start --socket "$2" unlock --fd 7)");
  EXPECT_NE(missing.exit_code, 0);
  EXPECT_NE(missing.errors.find("is no open descriptor"), std::string::npos) << missing.errors;
  const auto wrong = unlock(R"(echo wrong | "$1" --no-start --socket "$2" unlock --fd 7 7<&0)");
  EXPECT_NE(wrong.exit_code, 0);
  const auto opened = unlock(R"(echo correct horse battery | "$1" --no-start --socket "$2" unlock --fd 7 7<&0)");
  EXPECT_EQ(opened.exit_code, 0) << opened.errors;
  EXPECT_EQ(cli({"read", "a"}).output, "value\n");
}

TEST_F(Slots, OnlyWhatTheOrderNamesIsTriedWithoutAPerson) {
  ASSERT_EQ(cli({"slot", "add", "passphrase"}, "correct horse battery").exit_code, 0);
  ASSERT_EQ(cli({"secret", "set", "a"}, "value").exit_code, 0);
  daemon_.stop();
  daemon_.add_flags({"--unlock-order", "keychain,credential"});
  daemon_.start();
  EXPECT_EQ(cli({"read", "a"}).exit_code, 5) << "the key file is there, and not tried";
  EXPECT_EQ(cli({"unlock", "--passphrase"}, "correct horse battery").exit_code, 0);
  EXPECT_EQ(cli({"read", "a"}).output, "value\n");
  daemon_.stop();
  daemon_.add_flags({"--unlock-order", "key_file, keychain"});
  daemon_.start();
  EXPECT_EQ(cli({"read", "a"}).output, "value\n");
  daemon_.stop();
  daemon_.add_flags({"--unlock-order", "passphrase"});
  daemon_.launch();
  EXPECT_NE(daemon_.wait().errors.find("--unlock-order"), std::string::npos);
}

TEST_F(Slots, TheRecoveryCodeOpensWhenTheKeyFileIsGone) {
  const std::string code = code_in(cli({"init"}).output);
  ASSERT_EQ(cli({"secret", "set", "a"}, "value").exit_code, 0);
  daemon_.stop();
  std::filesystem::remove(daemon_.state() / "vault.key");
  daemon_.start();
  EXPECT_EQ(cli({"read", "a"}).exit_code, 5);
  const auto refused = cli({"unlock"});
  EXPECT_EQ(refused.exit_code, 4) << refused.errors;
  EXPECT_NE(refused.errors.find("recovery"), std::string::npos) << refused.errors;
  std::string wrong = code;
  wrong[0] = wrong[0] == '0' ? '1' : '0';
  EXPECT_NE(cli({"unlock", "--recovery"}, wrong + "\n").exit_code, 0);
  EXPECT_EQ(cli({"unlock", "--recovery"}, code + "\n").exit_code, 0);
  EXPECT_EQ(cli({"read", "a"}).output, "value\n");
}

TEST_F(Slots, APassphraseFromAPipeOpens) {
  ASSERT_EQ(cli({"slot", "add", "passphrase", "--label", "by heart"}, "correct horse\n").exit_code, 0);
  EXPECT_NE(cli({"slot", "list"}).output.find("by heart"), std::string::npos);
  ASSERT_EQ(cli({"slot", "remove", id_of("key_file")}).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(daemon_.state() / "vault.key"));
  restart();
  EXPECT_EQ(cli({"secret", "list"}).exit_code, 5);
  EXPECT_EQ(cli({"unlock"}, "wrong horse\n").exit_code, 4);
  EXPECT_EQ(cli({"unlock"}, "correct horse\n").exit_code, 0);
  EXPECT_EQ(cli({"secret", "list"}).exit_code, 0);
}

TEST_F(Slots, TheLastIsNeverRemoved) {
  EXPECT_EQ(cli({"slot", "remove", id_of("key_file")}).exit_code, 7);
  const auto added = cli({"slot", "add", "recovery"});
  EXPECT_EQ(added.exit_code, 0);
  EXPECT_NE(code_in(added.output), "");
  EXPECT_EQ(cli({"slot", "remove", id_of("key_file")}).exit_code, 0);
  EXPECT_EQ(cli({"slot", "remove", id_of("recovery")}).exit_code, 7);
  EXPECT_EQ(cli({"slot", "remove", "0123456789abcdef"}).exit_code, 3);
}

TEST_F(Slots, AStoreMadeByAPersonAsksForThePassphrase) {
  TestDaemon daemon({"--create", "false", "--kdf-memory-mib", "64"});
  daemon.start();
  EXPECT_EQ(run_cli(daemon, {"secret", "list"}).exit_code, 5);
  const auto made = run_cli(daemon, {"init", "--passphrase", "--no-key-file"}, "correct horse\n");
  EXPECT_EQ(made.exit_code, 0) << made.errors;
  EXPECT_NE(code_in(made.output), "");
  EXPECT_FALSE(std::filesystem::exists(daemon.state() / "vault.key"));
  EXPECT_EQ(run_cli(daemon, {"secret", "set", "a"}, "value").exit_code, 0);
  daemon.stop();
  daemon.start();
  EXPECT_EQ(run_cli(daemon, {"read", "a"}).exit_code, 5);
  EXPECT_EQ(run_cli(daemon, {"unlock", "--passphrase"}, "correct horse").exit_code, 0);
  EXPECT_EQ(run_cli(daemon, {"read", "a"}).output, "value\n");
  EXPECT_EQ(run_cli(daemon, {"unlock", "--passphrase"}, "wrong horse").exit_code, 4);
  EXPECT_EQ(run_cli(daemon, {"read", "a"}).output, "value\n");
}

}  // namespace
}  // namespace strongroom::tests
