// At a real terminal: pseudo terminals behind it, keys that make signals, job control by a real shell.
#include "tests/integration/run/run_house.h"
#include "tests/support/at_terminal.h"

namespace strongroom::tests {
namespace {

class RunTerminal : public RunHouse {
 protected:
  std::vector<std::string> key_and(const std::string& script) const {
    return words({"--env", "KEY=api/key"}, {"sh", "-c", script});
  }

  static std::string quoted(const std::vector<std::string>& all) {
    std::string line;
    for (const auto& word : all) {
      line += "'";
      for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
      line += "' ";
    }
    return line;
  }

  std::vector<std::string> shell_environment() const {
    auto all = environment();
    all.push_back("PS1=ready> ");
    return all;
  }

  const std::vector<std::string> shell_{"bash", "--norc", "--noprofile", "--noediting", "-i"};
};

TEST_F(RunTerminal, EachStreamThatIsATerminalIsOne) {
  AtTerminal terminal(
      key_and("for i in 0 1 2; do test -t $i && echo \"$i yes\"; done; stty size; tty >/dev/null && echo $KEY"),
      environment());
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_EQ(terminal.shown(), "0 yes\r\n1 yes\r\n2 yes\r\n24 80\r\n********\r\n");
}

TEST_F(RunTerminal, APipeStaysAPipeBesideATerminal) {
  const std::string file = runtime_ + "/out";
  AtTerminal terminal({"sh", "-c",
                       quoted(key_and("for i in 0 1 2; do test -t $i && echo \"$i yes $KEY\" >&2; done; echo $KEY")) +
                           ">'" + file + "'"},
                      environment());
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_EQ(terminal.shown(), "0 yes ********\r\n2 yes ********\r\n");
  std::ifstream in(file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "********\n");
}

TEST_F(RunTerminal, OutputIsATerminalThoughInputIsNot) {
  AtTerminal terminal(
      {"sh", "-c", "echo piped | " + quoted(key_and("read x; echo \"$x $KEY\"; test -t 1 && echo tty"))},
      environment());
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_EQ(terminal.shown(), "piped ********\r\ntty\r\n");
}

TEST_F(RunTerminal, APemIsMaskedThroughTheTerminalsLineEnds) {
  std::string pem = "-----BEGIN PRIVATE KEY-----\n";
  for (int i = 0; i < 4; ++i) pem += std::string(63, static_cast<char>('A' + i)) + "=\n";
  pem += "-----END PRIVATE KEY-----\n";
  keep("pem", pem);
  AtTerminal terminal(
      words({"--file", "PEM=pem"}, {"sh", "-c", "cat \"$PEM\"; echo end; head -n 3 \"$PEM\"; echo end"}),
      environment());
  EXPECT_EQ(terminal.finish(), 0);
  for (const char* part : {"BEGIN", "AAAA", "DDDD", "PRIVATE"})
    EXPECT_EQ(terminal.shown().find(part), std::string::npos) << terminal.shown();
  EXPECT_TRUE(terminal.shown().starts_with("********end\r\n")) << terminal.shown();
}

TEST_F(RunTerminal, HalfAValueAndAPauseAtATerminal) {
  AtTerminal terminal(words({"--env", "KEY=api/key"}, {"python3", "-c", R"(
import os, sys, time
key = os.environ['KEY']
for part in ('a ', key[:9], key[9:], ' b\n'):
    sys.stdout.write(part)
    sys.stdout.flush()
    time.sleep(0.06)
)"}),
                      environment());
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_EQ(terminal.shown(), "a ******** b\r\n");
}

TEST_F(RunTerminal, WhatIsTypedReachesTheCommandAndIsEchoedOnce) {
  AtTerminal terminal(key_and("echo ready; read line; echo \"got $line\""), environment());
  ASSERT_TRUE(terminal.wait_for("ready"));
  EXPECT_TRUE(terminal.is_raw());
  terminal.type("hello\r");
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_EQ(terminal.shown(), "ready\r\nhello\r\ngot hello\r\n");
}

TEST_F(RunTerminal, ControlCInterruptsTheCommandNotTheWrapper) {
  AtTerminal terminal(key_and("trap 'echo caught; exit 5' INT; echo ready; while :; do sleep 0.01; done"),
                      environment());
  ASSERT_TRUE(terminal.wait_for("ready"));
  terminal.type("\x03");
  EXPECT_EQ(terminal.finish(), 5);
  EXPECT_NE(terminal.shown().find("caught"), std::string::npos);
}

TEST_F(RunTerminal, ControlCEndsACommandThatDoesNotCatchIt) {
  AtTerminal terminal(key_and("echo ready; exec sleep 100"), environment());
  ASSERT_TRUE(terminal.wait_for("ready"));
  terminal.type("\x03");
  EXPECT_EQ(terminal.finish(), 128 + SIGINT);
}

TEST_F(RunTerminal, ControlCReachesACommandWhoseInputIsNoTerminal) {
  AtTerminal terminal({"sh", "-c", quoted(key_and("echo ready; exec sleep 100")) + "</dev/null"}, environment());
  ASSERT_TRUE(terminal.wait_for("ready"));
  EXPECT_FALSE(terminal.is_raw());
  terminal.type("\x03");
  EXPECT_EQ(terminal.finish(), 128 + SIGINT);
}

TEST_F(RunTerminal, ANewSizeOfTheWindowIsPassedOn) {
  AtTerminal terminal(key_and("trap 'stty size; exit 0' WINCH; echo ready; while :; do sleep 0.01; done"),
                      environment());
  ASSERT_TRUE(terminal.wait_for("ready"));
  terminal.resize(50, 132);
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_NE(terminal.shown().find("50 132"), std::string::npos) << terminal.shown();
}

TEST_F(RunTerminal, ControlZStopsAndFgContinuesUnderARealShell) {
  AtTerminal terminal(shell_, shell_environment());
  ASSERT_TRUE(terminal.wait_for("ready> "));
  terminal.type(quoted(key_and("echo \"up $KEY\"; read line; echo \"got $line\"; exit 6")) + "\n");
  ASSERT_TRUE(terminal.wait_for("up ********")) << terminal.shown();
  terminal.type("\x1a");
  ASSERT_TRUE(terminal.wait_for("Stopped")) << terminal.shown();
  ASSERT_TRUE(terminal.wait_for("ready> "));
  EXPECT_FALSE(terminal.is_raw());
  terminal.type("fg\n");
  ASSERT_TRUE(eventually([&] { return terminal.is_raw(); }));
  terminal.type("on\r");
  ASSERT_TRUE(terminal.wait_for("got on")) << terminal.shown();
  ASSERT_TRUE(terminal.wait_for("ready> "));
  terminal.type("echo code=$?\n");
  ASSERT_TRUE(terminal.wait_for("code=6")) << terminal.shown();
  terminal.type("exit\n");
  EXPECT_EQ(terminal.finish(), 0);
}

// Nobody could continue the wrapper: the key is without effect, as it is for any program there.
TEST_F(RunTerminal, ControlZWithoutAShellStopsNothingForGood) {
  AtTerminal terminal(key_and("echo ready; read line; echo \"got $line\""), environment());
  ASSERT_TRUE(terminal.wait_for("ready"));
  terminal.type("\x1a");
  terminal.type("on\r");
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_NE(terminal.shown().find("got on"), std::string::npos) << terminal.shown();
}

TEST_F(RunTerminal, ACommandThatCannotBeStartedLeavesTheTerminalAlone) {
  for (const auto& [program, code] : {std::pair("no-such-program", 127), std::pair("/etc/passwd", 126)}) {
    AtTerminal terminal(words({}, {program}), environment());
    EXPECT_EQ(terminal.finish(), code) << terminal.shown();
    EXPECT_NE(terminal.shown().find(program), std::string::npos) << terminal.shown();
  }
}

TEST_F(RunTerminal, AChildThatOutlivesTheCommandIsNotHungUpOn) {
  AtTerminal terminal(
      key_and("(while ! test -e \"$XDG_RUNTIME_DIR/go\"; do sleep 0.01; done; touch \"$XDG_RUNTIME_DIR/done\")"
              " </dev/null >/dev/null 2>&1 & exit 4"),
      environment());
  EXPECT_EQ(terminal.finish(), 4);
  std::ofstream(runtime_ + "/go") << "go";
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(runtime_ + "/done"); }));
}

TEST_F(RunTerminal, TheEndOfTheTerminalEndsTheCommand) {
  {
    AtTerminal terminal(
        key_and("trap 'touch \"$XDG_RUNTIME_DIR/hung-up\"; exit' HUP; echo ready; while :; do sleep 0.01; done"),
        environment());
    ASSERT_TRUE(terminal.wait_for("ready"));
  }
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(runtime_ + "/hung-up"); }));
}

TEST_F(RunTerminal, ControlZAndFgWithInputFromAFile) {
  AtTerminal terminal(shell_, shell_environment());
  ASSERT_TRUE(terminal.wait_for("ready> "));
  terminal.type(
      quoted(key_and("echo \"up $KEY\"; while ! test -e \"$XDG_RUNTIME_DIR/go\"; do sleep 0.01; done; exit 6")) +
      "</dev/null\n");
  ASSERT_TRUE(terminal.wait_for("up ********")) << terminal.shown();
  terminal.type("\x1a");
  ASSERT_TRUE(terminal.wait_for("Stopped")) << terminal.shown();
  std::ofstream(runtime_ + "/go") << "go";
  terminal.type("fg\n");
  ASSERT_TRUE(terminal.wait_for("ready> "));
  terminal.type("echo code=$?\n");
  ASSERT_TRUE(terminal.wait_for("code=6")) << terminal.shown();
}

TEST_F(RunTerminal, ABackgroundJobLeavesTheTerminalToTheShell) {
  AtTerminal terminal(shell_, shell_environment());
  ASSERT_TRUE(terminal.wait_for("ready> "));
  terminal.type(quoted(key_and("echo \"up $KEY\"; read line; echo \"got $line\"")) + "&\n");
  ASSERT_TRUE(terminal.wait_for("up ********")) << terminal.shown();
  terminal.type("echo st''ill here\n");
  ASSERT_TRUE(terminal.wait_for("still here")) << terminal.shown();
  EXPECT_FALSE(terminal.is_raw());
  terminal.type("fg\n");
  ASSERT_TRUE(eventually([&] { return terminal.is_raw(); }));
  terminal.type("on\r");
  ASSERT_TRUE(terminal.wait_for("got on")) << terminal.shown();
}

TEST_F(RunTerminal, TheTerminalIsAsBeforeAfterwards) {
  AtTerminal terminal({"sh", "-c",
                       "stty -a >\"$XDG_RUNTIME_DIR/before\"; " + quoted(key_and("stty raw -echo; exit 3")) +
                           "; code=$?; stty -a >\"$XDG_RUNTIME_DIR/after\"; exit $code"},
                      environment());
  EXPECT_EQ(terminal.finish(), 3);
  std::ifstream before(runtime_ + "/before");
  std::ifstream after(runtime_ + "/after");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(before), {}),
            std::string(std::istreambuf_iterator<char>(after), {}));
}

TEST_F(RunTerminal, ACommandThatClosesAllDescriptorsEndsAsUsualAtATerminal) {
  AtTerminal terminal(words({"--env", "KEY=api/key"}, {"python3", "-c", R"(
import os, time
print('before', os.environ['KEY'], flush=True)
os.closerange(0, 1000)
time.sleep(0.05)
terminal = os.open('/dev/tty', os.O_WRONLY)
os.write(terminal, b'back\n')
os._exit(9)
)"}),
                      environment());
  EXPECT_EQ(terminal.finish(), 9);
  EXPECT_EQ(terminal.shown(), "before ********\r\nback\r\n");
}

}  // namespace
}  // namespace strongroom::tests
