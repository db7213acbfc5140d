#include <fcntl.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <vector>

#include "client/cli/terminal.h"

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

bool page(std::string_view text, std::string command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  std::string shell = "/bin/sh";
  std::string option = "-c";
  std::string less = "LESS=FRX";
  char* arguments[] = {shell.data(), option.data(), command.data(), nullptr};
  auto variables = environment(less);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
  pid_t child = 0;
  const int failed = posix_spawn(&child, shell.c_str(), &actions, nullptr, arguments, variables.data());
  posix_spawn_file_actions_destroy(&actions);
  close(ends[0]);
  if (!failed) write_all(ends[1], text);
  close(ends[1]);
  if (failed) return false;
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  constexpr int k_not_found = 127;
  return !(WIFEXITED(status) && WEXITSTATUS(status) == k_not_found);
}

}  // namespace

void print_paged(std::string_view text) {
  const std::string command = pager();
  if (!stdout_is_terminal() || command.empty() || command == "cat" || fits_on_terminal(text)) return print(text);
  if (!page(text, command + (std::getenv("STRONGROOM_PAGER") || std::getenv("PAGER") ? "" : " 2>/dev/null")))
    print(text);
}

}  // namespace strongroom::cli
