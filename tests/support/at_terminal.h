// A program at a pseudo terminal, as a person sits before one.
#pragma once

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace strongroom::tests {

// A program at a terminal of its own; what it shows is collected.
class AtTerminal {
 public:
  AtTerminal(std::vector<std::string> words, std::vector<std::string> environment) {
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::vector<char*> variables;
    for (auto& entry : environment) variables.push_back(entry.data());
    variables.push_back(nullptr);
    const winsize size{24, 80, 0, 0};
    child_ = forkpty(&terminal_, nullptr, nullptr, &size);
    if (child_ == 0) {
      execvpe(arguments[0], arguments.data(), variables.data());
      _exit(127);
    }
    if (child_ < 0) throw std::runtime_error("no terminal can be made");
  }

  // A pid below 1 would mean other processes than this child.
  ~AtTerminal() {
    if (terminal_ >= 0) close(terminal_);
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      waitpid(child_, nullptr, 0);
    }
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

  void type(const std::string& text) { (void)!write(terminal_, text.data(), text.size()); }

  void resize(unsigned short rows, unsigned short columns) const {
    const winsize size{rows, columns, 0, 0};
    ioctl(terminal_, TIOCSWINSZ, &size);
  }

  bool echoes() const {
    termios modes{};
    tcgetattr(terminal_, &modes);
    return (modes.c_lflag & ECHO) != 0;
  }

  bool is_raw() const {
    termios modes{};
    tcgetattr(terminal_, &modes);
    return (modes.c_lflag & (ICANON | ECHO | ISIG)) == 0;
  }

  int finish() {
    while (read_some()) {
    }
    int status = 0;
    if (child_ <= 0 || waitpid(child_, &status, 0) != child_) throw std::runtime_error("the command did not end");
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  pid_t pid() const noexcept { return child_; }

  const std::string& shown() const { return shown_; }

 private:
  bool read_some() {
    pollfd watched{terminal_, POLLIN, 0};
    char text[4096];
    if (poll(&watched, 1, 20'000) <= 0) return false;
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

}  // namespace strongroom::tests
