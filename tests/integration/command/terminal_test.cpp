// A secret typed at a real terminal: asked for, not echoed, and the terminal is as before afterwards.
#include <gtest/gtest.h>

#include <signal.h>

#include "tests/support/at_terminal.h"
#include "tests/support/cli.h"

namespace strongroom::tests {
namespace {

class Terminal : public testing::Test {
 protected:
  void SetUp() override { daemon_.start(); }

  std::vector<std::string> strongroom(std::vector<std::string> words) const {
    words.insert(words.begin(), STRONGROOM_PATH);
    words.insert(words.end(), {"--no-start", "--socket", daemon_.socket()});
    return words;
  }

  std::vector<std::string> environment() const { return {"HOME=" + daemon_.folder().string(), "TERM=xterm"}; }

  TestDaemon daemon_{{"--kdf-memory-mib", "64"}};
};

TEST_F(Terminal, AValueIsAskedForAndNotEchoed) {
  AtTerminal terminal(strongroom({"secret", "set", "typed"}), environment());
  ASSERT_TRUE(terminal.wait_for("Value of typed: ")) << terminal.shown();
  EXPECT_FALSE(terminal.echoes()) << "what answers the question would be shown";
  terminal.type("my secret value\n");
  ASSERT_TRUE(terminal.wait_for("Stored version 1")) << terminal.shown();
  EXPECT_TRUE(terminal.echoes());
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_EQ(terminal.shown().find("secret value"), std::string::npos) << terminal.shown();
  EXPECT_EQ(run_cli(daemon_, {"read", "typed"}).output, "my secret value\n");
}

TEST_F(Terminal, ANewPassphraseIsAskedForTwice) {
  {
    AtTerminal terminal(strongroom({"slot", "add", "passphrase"}), environment());
    ASSERT_TRUE(terminal.wait_for("New passphrase: "));
    EXPECT_FALSE(terminal.echoes()) << "what answers the question would be shown";
    terminal.type("one\n");
    ASSERT_TRUE(terminal.wait_for("again: "));
    EXPECT_FALSE(terminal.echoes()) << "what answers the question would be shown";
    terminal.type("other\n");
    EXPECT_EQ(terminal.finish(), 2);
    EXPECT_NE(terminal.shown().find("differ"), std::string::npos) << terminal.shown();
  }
  AtTerminal terminal(strongroom({"slot", "add", "passphrase"}), environment());
  for (const char* prompt : {"New passphrase: ", "again: "}) {
    ASSERT_TRUE(terminal.wait_for(prompt));
    EXPECT_FALSE(terminal.echoes()) << "what answers the question would be shown";
    terminal.type("correct horse\n");
  }
  EXPECT_EQ(terminal.finish(), 0) << terminal.shown();
  ASSERT_EQ(run_cli(daemon_, {"lock"}).exit_code, 0);
  AtTerminal unlocking(strongroom({"unlock", "--passphrase"}), environment());
  ASSERT_TRUE(unlocking.wait_for("Passphrase: "));
  EXPECT_FALSE(unlocking.echoes());
  unlocking.type("correct horse\n");
  EXPECT_EQ(unlocking.finish(), 0) << unlocking.shown();
}

TEST_F(Terminal, AnInterruptGivesTheEchoBackAndStoresNothing) {
  AtTerminal terminal(strongroom({"secret", "set", "typed"}), environment());
  ASSERT_TRUE(terminal.wait_for("Value of typed: "));
  EXPECT_FALSE(terminal.echoes()) << "what answers the question would be shown";
  terminal.type("half a va");
  terminal.type("\x03");
  const int code = terminal.finish();
  EXPECT_EQ(code, 128 + SIGINT);
  EXPECT_TRUE(terminal.echoes());
  EXPECT_EQ(terminal.shown().find("half"), std::string::npos);
  EXPECT_EQ(run_cli(daemon_, {"read", "typed"}).exit_code, 3);
}

}  // namespace
}  // namespace strongroom::tests
