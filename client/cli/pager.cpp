#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <vector>

#include "client/cli/terminal.h"
#include "client/cli/terminal_keys.h"

extern char** environ;

namespace strongroom::cli {

namespace {

bool fits_on_terminal(std::string_view text) {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) return true;
  return std::ranges::count(text, '\n') < size.ws_row;
}

// Empty: none is wanted.
std::string pager() {
  for (const char* name : {"STRONGROOM_PAGER", "PAGER"})
    if (const char* value = std::getenv(name)) return value;
  return "less";
}

// less shows colours, stays on the screen and leaves at once when everything fits, unless the user has said otherwise.
std::vector<char*> environment(std::string& less) {
  std::vector<char*> all;
  for (char** entry = environ; entry && *entry; ++entry) all.push_back(*entry);
  if (!std::getenv("LESS")) all.push_back(less.data());
  all.push_back(nullptr);
  return all;
}

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(descriptor, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // the reader has seen enough
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

// What the pager reads, and where it goes.
struct Feed {
  std::string_view text;
  int into;
};

bool page(std::string_view text, const std::string& command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  std::string less = "LESS=FRX";
  const auto variables = environment(less);
  Feed feed{text, ends[1]};
  const auto write_text = [](void* with) {
    const Feed& given = *static_cast<Feed*>(with);
    write_all(given.into, given.text);
    close(given.into);
  };
  const int code = run_in_foreground(command.c_str(), "", ends[0], variables.data(), write_text, &feed);
  close(ends[0]);
  if (code < 0) close(ends[1]);
  constexpr int k_not_found = 127;
  return code >= 0 && code != k_not_found;
}

}  // namespace

void print_paged(std::string_view text) {
  const std::string command = pager();
  if (!stdout_is_terminal() || command.empty() || command == "cat" || fits_on_terminal(text)) return print(text);
  if (!page(text, command + (std::getenv("STRONGROOM_PAGER") || std::getenv("PAGER") ? "" : " 2>/dev/null")))
    print(text);
}

}  // namespace strongroom::cli
