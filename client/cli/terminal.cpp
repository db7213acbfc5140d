#include "client/cli/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>

#include <strongroom/protocol/json.h>

namespace strongroom::cli {

namespace {

bool g_output_failed = false;

// A full disk behind standard output must not pass for success; a reader that has seen enough may.
void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(descriptor, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      pollfd room{descriptor, POLLOUT, 0};
      poll(&room, 1, -1);
      continue;
    }
    if (n <= 0) {
      if (descriptor == STDOUT_FILENO && errno != EPIPE) g_output_failed = true;
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

volatile sig_atomic_t g_signal = 0;

void note_signal(int signal) {
  g_signal = signal;
}

constexpr std::array k_signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

// No echo while it lives; signals are noted meanwhile and sent again afterwards. They are held back but for while the
// terminal is waited for: one that came just before a read would be noticed by nobody.
class QuietTerminal {
 public:
  explicit QuietTerminal(int terminal) : terminal_(terminal) {
    struct sigaction action{};
    action.sa_handler = note_signal;
    g_signal = 0;
    sigset_t held;
    sigemptyset(&held);
    for (const int signal : k_signals) sigaddset(&held, signal);
    sigprocmask(SIG_BLOCK, &held, &mask_);
    for (std::size_t i = 0; i < k_signals.size(); ++i) sigaction(k_signals[i], &action, &before_[i]);
    tcgetattr(terminal_, &modes_);
    termios quiet = modes_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    quiet.c_lflag |= ECHONL;
    tcsetattr(terminal_, TCSAFLUSH, &quiet);
  }

  ~QuietTerminal() {
    tcsetattr(terminal_, TCSAFLUSH, &modes_);
    for (std::size_t i = 0; i < k_signals.size(); ++i) sigaction(k_signals[i], &before_[i], nullptr);
    sigprocmask(SIG_SETMASK, &mask_, nullptr);
    if (g_signal != 0) kill(getpid(), g_signal);
  }

  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;

  // What is held back while somebody waits.
  const sigset_t& mask_while_waiting() const noexcept { return mask_; }

 private:
  int terminal_;
  sigset_t mask_{};
  termios modes_{};
  std::array<struct sigaction, k_signals.size()> before_{};
};

Result<Secret> read_line(int terminal, const sigset_t* mask_while_waiting = nullptr) {
  constexpr std::size_t k_longest = 64 * 1024;
  WipedBytes line(wiped_heap());
  line.reserve(1024);
  for (;;) {
    unsigned char c = 0;
    fd_set input;
    FD_ZERO(&input);
    FD_SET(terminal, &input);
    const int ready = pselect(terminal + 1, &input, nullptr, nullptr, nullptr, mask_while_waiting);
    const ssize_t n = ready > 0 ? read(terminal, &c, 1) : -1;
    if (n < 0 && errno == EINTR && g_signal == 0) continue;
    if (n <= 0 || g_signal != 0) return make_error(ErrorCode::cancelled, "nothing was entered");
    if (c == '\n' || c == '\r') return Secret(line);
    if (line.size() == k_longest) return make_error(ErrorCode::too_large, "the line is longer than 64 KiB; use a file");
    line.push_back(c);
  }
}

}  // namespace

bool stdin_is_terminal() noexcept {
  return isatty(STDIN_FILENO) == 1;
}

bool stdout_is_terminal() noexcept {
  return isatty(STDOUT_FILENO) == 1;
}

bool stderr_is_terminal() noexcept {
  return isatty(STDERR_FILENO) == 1;
}

void print(std::string_view text) {
  write_all(STDOUT_FILENO, text);
}

bool output_failed() noexcept {
  return g_output_failed;
}

void print_error(std::string_view text) {
  write_all(STDERR_FILENO, text);
}

std::string neutralised(std::string_view text) {
  constexpr char k_hex[] = "0123456789abcdef";
  const bool utf8 = protocol::is_utf8(text);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // C1 controls are C2 80 to C2 9F in UTF-8.
    // Marks that turn the direction of text: what a person reads would not be what is stored.
    if (utf8 && (text.substr(i).starts_with("\u200e") || text.substr(i).starts_with("\u200f") ||
                 (text.substr(i, 3) >= "\u202a" && text.substr(i, 3) <= "\u202e") ||
                 (text.substr(i, 3) >= "\u2066" && text.substr(i, 3) <= "\u2069"))) {
      out.append("\\u20");
      const unsigned low =
          (static_cast<unsigned char>(text[i + 1]) & 1u) << 6 | (static_cast<unsigned char>(text[i + 2]) & 0x3fu);
      out.push_back(k_hex[low >> 4 & 15]);
      out.push_back(k_hex[low & 15]);
      i += 2;
      continue;
    }
    const bool c1 = utf8 && c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (c >= 0x20 && c != 0x7f && (c < 0x80 || utf8) && !c1) {
      out.push_back(text[i]);
      continue;
    }
    const unsigned shown = c1 ? static_cast<unsigned char>(text[++i]) : c;
    out.append("\\x").push_back(k_hex[shown >> 4]);
    out.push_back(k_hex[shown & 15]);
  }
  return out;
}

std::string local_time(std::int64_t milliseconds) {
  const std::time_t seconds = static_cast<std::time_t>(milliseconds / 1000);
  std::tm parts{};
  if (!localtime_r(&seconds, &parts)) return std::to_string(milliseconds);
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d %02d:%02d:%02d", parts.tm_year + 1900, parts.tm_mon + 1,
                parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return text.data();
}

Result<Secret> ask_secret(std::string_view prompt) {
  const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0)
    return make_error(ErrorCode::invalid_argument, "there is no terminal to ask on; give the value through a pipe");
  Result<Secret> line = [&] {
    // First, so that nothing typed in answer to the prompt is shown.
    const QuietTerminal quiet(terminal);
    write_all(terminal, prompt);
    return read_line(terminal, &quiet.mask_while_waiting());
  }();
  close(terminal);
  return line;
}

Result<Secret> ask_new_secret(std::string_view prompt) {
  STRONGROOM_ASSIGN(Secret first, ask_secret(std::string(prompt) + ": "));
  STRONGROOM_ASSIGN(const Secret second, ask_secret(std::string(prompt) + ", again: "));
  if (first.empty()) return make_error(ErrorCode::invalid_argument, "nothing was entered");
  if (!(first == second)) return make_error(ErrorCode::invalid_argument, "the two entries differ");
  return first;
}

Status confirm(std::string_view question, bool agreed) {
  if (agreed) return {};
  const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0)
    return make_error(ErrorCode::invalid_argument, "there is no terminal to ask on; --yes says that you mean it");
  write_all(terminal, std::string(question) + " [y/N] ");
  auto line = read_line(terminal);
  close(terminal);
  if (!line) return line.error();
  const std::string_view answer = line->reveal_text(RevealReason::inspect);
  if (answer == "y" || answer == "Y" || answer == "yes") return {};
  return make_error(ErrorCode::cancelled, "nothing was changed");
}

Result<Secret> read_descriptor(int descriptor, std::size_t limit, const std::string& name) {
  WipedBytes all(wiped_heap());
  for (;;) {
    const std::size_t filled = all.size();
    all.resize(filled + 64 * 1024);
    const ssize_t n = read(descriptor, all.data() + filled, all.size() - filled);
    all.resize(filled + static_cast<std::size_t>(n > 0 ? n : 0));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EBADF) return make_error(ErrorCode::invalid_argument, "is no open descriptor", name);
    if (n < 0) return make_error(ErrorCode::internal, std::string("cannot be read: ") + strerror(errno), name);
    if (all.size() > limit)
      return make_error(ErrorCode::too_large, "is longer than " + std::to_string(limit) + " bytes", name);
    if (n == 0) return Secret(all);
  }
}

Result<Secret> read_stdin(std::size_t limit) {
  return read_descriptor(STDIN_FILENO, limit, "standard input");
}

Result<Secret> read_file(const std::string& path, std::size_t limit) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    const ErrorCode code = errno == ENOENT   ? ErrorCode::not_found
                           : errno == EACCES ? ErrorCode::denied
                                             : ErrorCode::internal;
    return make_error(code, std::string("cannot be opened: ") + strerror(errno), path);
  }
  auto content = read_descriptor(descriptor, limit, path);
  close(descriptor);
  return content;
}

void drop_newline(Secret& value) noexcept {
  const std::string_view text = value.reveal_text(RevealReason::inspect);
  if (text.ends_with("\r\n"))
    value.truncate(text.size() - 2);
  else if (text.ends_with('\n'))
    value.truncate(text.size() - 1);
}

}  // namespace strongroom::cli
