// A secret typed at a real terminal: asked for, not echoed, and the terminal is as before afterwards.
#include <gtest/gtest.h>

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>

#include "tests/support/cli.h"

namespace strongroom::tests {
namespace {

// The command at a terminal of its own; what it shows is collected.
class AtTerminal {
 public:
  AtTerminal(const TestDaemon& daemon, std::vector<std::string> words) {
    words.insert(words.begin(), STRONGROOM_PATH);
    words.insert(words.end(), {"--no-start", "--socket", daemon.socket()});
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const std::string home = "HOME=" + daemon.folder().string();
    std::string term = "TERM=xterm";
    std::string home_entry = home;
    char* environment[] = {home_entry.data(), term.data(), nullptr};
    child_ = forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (child_ == 0) {
      execve(STRONGROOM_PATH, arguments.data(), environment);
      _exit(127);
    }
    if (child_ < 0) throw std::runtime_error("no terminal can be made");
  }

  // A pid below 1 would mean other processes than this child.
  ~AtTerminal() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      waitpid(child_, nullptr, 0);
    }
    if (terminal_ >= 0) close(terminal_);
  }

  AtTerminal(const AtTerminal&) = delete;
  AtTerminal& operator=(const AtTerminal&) = delete;

  // Until `text` is shown behind what was seen before; false when it does not come.
  bool wait_for(const std::string& text) {
    while (shown_.find(text, seen_) == std::string::npos)
      if (!read_some()) return false;
    seen_ = shown_.find(text, seen_) + text.size();
    return true;
  }

  // Typing before the echo is off would be shown; the prompt comes first and the switch just behind it.
  bool wait_for_quiet() {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (echoes())
      if (std::chrono::steady_clock::now() > until) return false;
    return true;
  }

  bool echoes() const {
    termios modes{};
    tcgetattr(terminal_, &modes);
    return (modes.c_lflag & ECHO) != 0;
  }

  void type(const std::string& text) { (void)!write(terminal_, text.data(), text.size()); }

  void interrupt() { type("\x03"); }

  int finish() {
    while (read_some()) {
    }
    int status = 0;
    if (child_ <= 0 || waitpid(child_, &status, 0) != child_) throw std::runtime_error("the command did not end");
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  const std::string& shown() const { return shown_; }

 private:
  bool read_some() {
    pollfd watched{terminal_, POLLIN, 0};
    char text[1024];
    if (poll(&watched, 1, 10'000) <= 0) return false;
    const ssize_t n = read(terminal_, text, sizeof text);
    if (n <= 0) return false;
    shown_.append(text, static_cast<std::size_t>(n));
    return true;
  }

  pid_t child_ = -1;
  int terminal_ = -1;
  std::string shown_;
  std::size_t seen_ = 0;
};

class Terminal : public testing::Test {
 protected:
  void SetUp() override { daemon_.start(); }

  TestDaemon daemon_{{"--kdf-memory-mib", "64"}};
};

TEST_F(Terminal, AValueIsAskedForAndNotEchoed) {
  AtTerminal terminal(daemon_, {"secret", "set", "typed"});
  ASSERT_TRUE(terminal.wait_for("Value of typed: ")) << terminal.shown();
  ASSERT_TRUE(terminal.wait_for_quiet());
  terminal.type("my secret value\n");
  ASSERT_TRUE(terminal.wait_for("Stored version 1")) << terminal.shown();
  EXPECT_TRUE(terminal.echoes());
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_EQ(terminal.shown().find("secret value"), std::string::npos) << terminal.shown();
  EXPECT_EQ(run_cli(daemon_, {"read", "typed"}).output, "my secret value\n");
}

TEST_F(Terminal, ANewPassphraseIsAskedForTwice) {
  {
    AtTerminal terminal(daemon_, {"slot", "add", "passphrase"});
    ASSERT_TRUE(terminal.wait_for("New passphrase: "));
    ASSERT_TRUE(terminal.wait_for_quiet());
    terminal.type("one\n");
    ASSERT_TRUE(terminal.wait_for("again: "));
    ASSERT_TRUE(terminal.wait_for_quiet());
    terminal.type("other\n");
    EXPECT_EQ(terminal.finish(), 2);
    EXPECT_NE(terminal.shown().find("differ"), std::string::npos) << terminal.shown();
  }
  AtTerminal terminal(daemon_, {"slot", "add", "passphrase"});
  for (const char* prompt : {"New passphrase: ", "again: "}) {
    ASSERT_TRUE(terminal.wait_for(prompt));
    ASSERT_TRUE(terminal.wait_for_quiet());
    terminal.type("correct horse\n");
  }
  EXPECT_EQ(terminal.finish(), 0) << terminal.shown();
  ASSERT_EQ(run_cli(daemon_, {"lock"}).exit_code, 0);
  AtTerminal unlocking(daemon_, {"unlock", "--passphrase"});
  ASSERT_TRUE(unlocking.wait_for("Passphrase: "));
  ASSERT_TRUE(unlocking.wait_for_quiet());
  unlocking.type("correct horse\n");
  EXPECT_EQ(unlocking.finish(), 0) << unlocking.shown();
}

TEST_F(Terminal, AnInterruptGivesTheEchoBackAndStoresNothing) {
  AtTerminal terminal(daemon_, {"secret", "set", "typed"});
  ASSERT_TRUE(terminal.wait_for("Value of typed: "));
  ASSERT_TRUE(terminal.wait_for_quiet());
  terminal.type("half a va");
  terminal.interrupt();
  const int code = terminal.finish();
  EXPECT_EQ(code, 128 + SIGINT);
  EXPECT_TRUE(terminal.echoes());
  EXPECT_EQ(terminal.shown().find("half"), std::string::npos);
  EXPECT_EQ(run_cli(daemon_, {"read", "typed"}).exit_code, 3);
}

}  // namespace
}  // namespace strongroom::tests
