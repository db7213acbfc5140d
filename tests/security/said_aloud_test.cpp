// No secret on a command line, in an error or in a log.
#include <gtest/gtest.h>

#include "tests/security/canary.h"
#include "tests/support/cli.h"
#include "tests/support/raw_socket.h"
#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {
namespace {

class SaidAloud : public testing::Test {
 protected:
  void SetUp() override { daemon_.start(); }

  std::string canary() {
    const std::string value = random_text(40);
    needles_.add("a secret", value);
    return value;
  }

  void expect_silent(const std::string& text) {
    std::vector<std::string> found;
    needles_.find_in(text, text, found);
    for (const auto& line : found) ADD_FAILURE() << line;
  }

  // The answer to a call, which must be an error.
  void expect_silent_refusal(const std::string& method, const std::string& parameters) {
    RawSocket socket(daemon_.socket());
    ASSERT_TRUE(socket.send_message(R"({"method":")" + method + R"(","parameters":)" + parameters + "}"));
    const auto answer = socket.receive();
    ASSERT_TRUE(answer);
    EXPECT_NE(answer->find("\"error\""), std::string::npos) << parameters << *answer;
    expect_silent(*answer);
  }

  void expect_silent_logs() {
    std::size_t logs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(daemon_.state()))
      logs += entry.path().extension() == ".log" ? 1u : 0u;
    EXPECT_GT(logs, 0u);
    for (const auto& line : find_in_files(daemon_.folder(), needles_)) ADD_FAILURE() << line;
  }

  TestDaemon daemon_{{"--log-level", "debug", "--log-target", "file", "--kdf-memory-mib", "64"}};
  Needles needles_;
};

TEST_F(SaidAloud, AValueOnTheCommandLineIsRefusedWithTheRightWay) {
  const std::string value = canary();
  const auto outcome = run_cli(daemon_, {"secret", "set", "openai/key", value});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.errors.find("printf %s \"$VALUE\" | strongroom secret set openai/key"), std::string::npos)
      << outcome.errors;
  expect_silent(outcome.output + outcome.errors);
  EXPECT_EQ(run_cli(daemon_, {"read", "openai/key"}).exit_code, 3) << "it was stored";
}

TEST_F(SaidAloud, NoCommandTakesAPassphraseOrACodeAsAnArgument) {
  const std::string value = canary();
  for (const std::vector<std::string>& words : {std::vector<std::string>{"unlock", value},
                                                {"unlock", "--passphrase", value},
                                                {"unlock", "--recovery", value},
                                                {"unlock", "--passphrase=" + value},
                                                {"unlock", "--recovery=" + value},
                                                {"unlock", "--" + value},
                                                {"unlock", "--code=" + value},
                                                {"init", "--passphrase", value},
                                                {"slot", "add", "passphrase", value}}) {
    const auto outcome = run_cli(daemon_, words);
    EXPECT_EQ(outcome.exit_code, 2) << words[0];
    expect_silent(outcome.output + outcome.errors);
  }
  expect_silent_logs();
}

TEST_F(SaidAloud, AnOptionThatThereIsNotIsNamedWithoutItsValue) {
  const std::string value = canary();
  const auto outcome = run_cli(daemon_, {"secret", "set", "a", "--pipe=" + value});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.errors.find("no option --pipe"), std::string::npos) << outcome.errors;
  expect_silent(outcome.output + outcome.errors);
}

TEST_F(SaidAloud, NoErrorOrLogRepeatsAValue) {
  const std::string put = "io.strongroom.Secret.Put";
  const std::string value = "\"" + canary() + "\"";
  expect_silent_refusal(put, R"({"path":"a","fields":{"value":)" + value + R"(},"base64":["other"]})");
  expect_silent_refusal(put, R"({"path":"a","fields":{"value":"*)" + value.substr(1) + R"(},"base64":["value"]})");
  expect_silent_refusal(put, R"({"path":"a","fields":)" + value + "}");
  expect_silent_refusal(put, R"({"path":"a","fields":[)" + value + "]}");
  expect_silent_refusal(put, R"({"path":"a","fields":{"value":{"deeper":)" + value + "}}}");
  expect_silent_refusal(put, R"({"path":"a","check_version":)" + value + "}");
  expect_silent_refusal(put, R"({"path":"a","merge":)" + value + "}");
  expect_silent_refusal(put, R"({"path":"","fields":{"value":)" + value + "}}");
  expect_silent_refusal(put, R"({"path":"a","fields":{"value":)" + value + R"(},"nothing":1})");
  expect_silent_refusal(put, R"({"path":"a","fields":{"value":)" + value + R"(},"check_version":9})");
  expect_silent_refusal(put, R"({"path":"a","fields":{"value":)" + value + "}");
  expect_silent_refusal(put, R"({"path":"a","fields":{"value":)" + value.substr(0, 30));
  expect_silent_refusal("io.strongroom.Secret.PutMany",
                        R"({"items":[{"path":"a","fields":{"value":[)" + value + "]}}]}");
  const std::string large = canary() + std::string(1024 * 1024, 'x');
  expect_silent_refusal(put, R"({"path":"a","fields":{"value":")" + large + "\"}}");
  expect_silent_logs();
}

TEST_F(SaidAloud, NoErrorOrLogRepeatsAPassphraseOrACode) {
  auto client = daemon_.client();
  ASSERT_TRUE(client.call<protocol::vault::Lock>({}));
  const std::string unlock = "io.strongroom.Vault.Unlock";
  const std::string value = "\"" + canary() + "\"";
  expect_silent_refusal(unlock, R"({"passphrase":)" + value + "}");
  expect_silent_refusal(unlock, R"({"recovery_code":)" + value + "}");
  expect_silent_refusal(unlock, R"({"passphrase":)" + value + R"(,"recovery_code":)" + value + "}");
  expect_silent_refusal(unlock, R"({"passphrase":[)" + value + "]}");
  expect_silent_refusal(unlock, R"({"accept_changes":)" + value + "}");
  expect_silent_refusal("io.strongroom.Vault.AddSlot", R"({"type":"recovery","passphrase":)" + value + "}");
  for (const char* way : {"--passphrase", "--recovery"}) {
    const auto outcome = run_cli(daemon_, {"unlock", way}, value);
    EXPECT_NE(outcome.exit_code, 0);
    expect_silent(outcome.output + outcome.errors);
  }
  expect_silent_logs();
}

}  // namespace
}  // namespace strongroom::tests
