// What commands print: exact values, one document, neutral text, and exit codes.
#include <gtest/gtest.h>

#include "tests/support/cli.h"
#include "tests/support/secrets.h"

namespace strongroom::tests {
namespace {

class CommandOutput : public testing::Test {
 protected:
  void SetUp() override { daemon_.start(); }

  Outcome cli(std::vector<std::string> words, std::string input = {}) {
    return run_cli(daemon_, std::move(words), std::move(input));
  }

  // Whether Python takes it as one JSON document; what it then says of it.
  Outcome python(const std::string& expression, const std::string& document) {
    Process process({"/usr/bin/python3", "-c", "import json,sys; d=json.load(sys.stdin); print(" + expression + ")"},
                    {.environment = {"PATH=/usr/bin:/bin"}, .input = document, .folder = {}});
    return process.wait();
  }

  void expect_json(const std::string& document, const std::string& expression, const std::string& expected) {
    const Outcome said = python(expression, document);
    EXPECT_EQ(said.exit_code, 0) << document << said.errors;
    EXPECT_EQ(said.output, expected + "\n") << document;
  }

  TestDaemon daemon_;
};

TEST_F(CommandOutput, ReadPrintsTheValueAndANewlineOrExactly) {
  const std::string binary("\0\x01\xff\n\x1b", 5);
  for (const std::string& value : {std::string("plain"), std::string("ends\n\n"), binary}) {
    ASSERT_EQ(cli({"secret", "set", "a", "--raw"}, value).exit_code, 0);
    EXPECT_EQ(cli({"read", "a"}).output, value + "\n");
    EXPECT_EQ(cli({"read", "strongroom://a", "--no-newline"}).output, value);
  }
  ASSERT_EQ(cli({"secret", "set", "a"}, "one newline goes\n").exit_code, 0);
  EXPECT_EQ(cli({"read", "-n", "a"}).output, "one newline goes");
}

TEST_F(CommandOutput, ReferencesNameVersionsAndFields) {
  ASSERT_EQ(cli({"secret", "set", "a b/c"}, "first").exit_code, 0);
  ASSERT_EQ(cli({"secret", "set", "a b/c", "--field", "user name"}, "me").exit_code, 0);
  EXPECT_EQ(cli({"read", "strongroom://a%20b/c"}).output, "first\n");
  EXPECT_EQ(cli({"read", "strongroom://a%20b/c#user%20name"}).output, "me\n");
  EXPECT_EQ(cli({"read", "strongroom://a%20b/c?version=1"}).output, "first\n");
  EXPECT_EQ(cli({"read", "strongroom://a%20b/c?version=1#user%20name"}).exit_code, 3);
  EXPECT_EQ(cli({"read", "strongroom://a%20b/c?version=x"}).exit_code, 2);
}

TEST_F(CommandOutput, JsonIsOneDocument) {
  const auto set = cli({"secret", "set", "a/b", "--json"}, "it's \"quoted\"\n\tü");
  expect_json(set.output, "d['version']", "1");
  expect_json(cli({"secret", "get", "a/b", "--json"}).output, "d['fields']['value'] == 'it\\'s \"quoted\"\\n\\tü'",
              "True");
  ASSERT_EQ(cli({"secret", "set", "bin", "--raw"}, std::string("\xff\0", 2)).exit_code, 0);
  expect_json(cli({"secret", "get", "bin", "--json"}).output, "d['fields']['value'], d['base64']", "/wA= ['value']");
  expect_json(cli({"secret", "list", "--recursive", "--json"}).output, "[e['path'] for e in d]", "['a/b', 'bin']");
  expect_json(cli({"secret", "list", "--json", "nothing"}).output, "d", "[]");
  expect_json(cli({"secret", "history", "a/b", "--json"}).output, "d['versions'][0]['current']", "True");
  expect_json(cli({"status", "--json"}).output, "d['state'], d['pid'] == " + std::to_string(daemon_.pid()),
              "unlocked True");
  expect_json(cli({"slot", "list", "--json"}).output, "d[0]['type']", "key_file");
  expect_json(cli({"info", "--json"}).output, "d['protocol']", "2");
  expect_json(cli({"secret", "delete", "a/b", "--json"}).output, "d['version']", "1");
  expect_json(cli({"init", "--json"}).output, "len(d['recovery_code'])", "41");
  const auto failed = cli({"read", "nothing", "--json"});
  EXPECT_EQ(failed.output, "");
  expect_json(failed.errors, "d['error']", "not_found");
}

TEST_F(CommandOutput, ExitCodesSayWhatWentWrong) {
  EXPECT_EQ(cli({"secret", "set", "a"}, "value").exit_code, 0);
  EXPECT_EQ(cli({"secret", "set", "a"}, "").exit_code, 2);
  EXPECT_EQ(cli({"secret", "set", "a//b"}, "value").exit_code, 2);
  EXPECT_EQ(cli({"nonsense"}).exit_code, 2);
  EXPECT_EQ(cli({"secret", "set"}).exit_code, 2);
  EXPECT_EQ(cli({"status", "--nonsense"}).exit_code, 2);
  EXPECT_EQ(cli({"read", "nothing"}).exit_code, 3);
  EXPECT_EQ(cli({"secret", "delete", "nothing"}).exit_code, 3);
  EXPECT_EQ(cli({"secret", "set", "a", "--check-version", "9"}, "value").exit_code, 7);
  EXPECT_EQ(cli({"slot", "remove", "0123456789abcdef"}).exit_code, 3);
  EXPECT_EQ(cli({"lock"}).exit_code, 0);
  EXPECT_EQ(cli({"read", "a"}).exit_code, 5);
  EXPECT_EQ(cli({"unlock", "--passphrase"}, "no such slot").exit_code, 4);
  daemon_.stop();
  EXPECT_EQ(cli({"status"}).exit_code, 6);
}

TEST_F(CommandOutput, ADamagedStoreIsAFailure) {
  ASSERT_EQ(cli({"secret", "set", "a"}, "value").exit_code, 0);
  daemon_.stop();
  std::filesystem::remove(daemon_.data() / "store.db");
  daemon_.start();
  EXPECT_EQ(cli({"unlock"}).exit_code, 1);
}

// A place that is given needs no environment.
TEST_F(CommandOutput, ASocketThatIsNamedIsTaken) {
  Process process({STRONGROOM_PATH, "status", "--no-start", "--socket", daemon_.socket()},
                  {.environment = {"PATH=/usr/bin:/bin"}, .input = {}, .folder = {}});
  const Outcome outcome = process.wait();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
}

// ESC, BEL, CSI in both forms, a carriage return, and text that is not UTF-8.
TEST_F(CommandOutput, StoredTextCannotDriveTheTerminal) {
  const std::string hostile =
      "\x1b]0;title\x07\x1b[2J\xc2\x9b"
      "31m\rback\x7f";
  auto client = daemon_.client();
  ASSERT_TRUE(client.call<wire::Put>(put_request("a", hostile)));
  ASSERT_TRUE(client.call<wire::Put>(put_request("b", "\x1b[31m", "field")));
  ASSERT_EQ(cli({"slot", "add", "recovery", "--label", "a\x1b[31m"}).exit_code, 2);
  for (const std::vector<std::string>& words : {std::vector<std::string>{"secret", "get", "a"},
                                                {"secret", "get", "b"},
                                                {"secret", "list"},
                                                {"read", "\x1b[2Jnothing"},
                                                {"secret", "delete", "\x1b[2J"},
                                                {"\x1b[2J"},
                                                {"secret", "set", "x", "--\x1b[2J"}}) {
    const auto outcome = cli(words);
    for (const char c : outcome.output + outcome.errors) {
      EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n') << words[0];
      EXPECT_NE(c, '\x7f');
    }
    EXPECT_EQ((outcome.output + outcome.errors).find("\xc2\x9b"), std::string::npos);
  }
  EXPECT_NE(cli({"secret", "get", "a"}).output.find("\\x1b[2J"), std::string::npos);
}

TEST_F(CommandOutput, AReaderThatWentAwayIsNoCrash) {
  auto client = daemon_.client();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(put(client, "many/" + std::to_string(i), "v"));
  const std::string command =
      "'" STRONGROOM_PATH "' secret list -r --no-start --socket '" + daemon_.socket() + "' | head -1";
  Process process({"/bin/sh", "-c", command}, {.environment = {"PATH=/usr/bin:/bin"}, .input = {}, .folder = {}});
  const Outcome outcome = process.wait();
  EXPECT_EQ(outcome.output, "many/0\n");
  EXPECT_EQ(outcome.errors, "");
}

}  // namespace
}  // namespace strongroom::tests
