#include "client/cli/run/session_leader.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include <strongroom/base/wiped_memory.h>

extern char** environ;

namespace strongroom::cli::run {

namespace {

using Kind = LeaderReport::Kind;

void report(int descriptor, Kind kind, int value) {
  const LeaderReport said{kind, value};
  (void)!write(descriptor, &said, sizeof said);
}

// A group of its own, in the foreground of the terminal before its program begins.
int spawn_in_foreground(pid_t& child, char** words) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGTTOU);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
#if defined(__GLIBC__)
  posix_spawn_file_actions_addtcsetpgrp_np(&actions, STDIN_FILENO);  // since 2.35
#endif
  const int result = posix_spawnp(&child, words[0], &actions, &attributes, words, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return result;
}

// Each with its NUL, and another NUL behind the last. Nothing when that is missing: a command that misses a variable
// must not run.
std::optional<WipedBytes> read_variables(int descriptor) {
  WipedBytes all(wiped_heap());
  Byte part[4096];
  ssize_t n = 0;
  while ((n = read(descriptor, part, sizeof part)) > 0 || (n < 0 && errno == EINTR))
    if (n > 0) all.insert(all.end(), part, part + n);
  wipe(part, sizeof part);
  close(descriptor);
  const bool whole = !all.empty() && all.back() == 0 && (all.size() == 1 || all[all.size() - 2] == 0);
  if (!whole) return std::nullopt;
  all.pop_back();
  return all;
}

// A mark that they are all comes last.
Status send_variables(int descriptor, Environment& environment) {
  constexpr Byte k_end[] = {0};
  for (const char* entry : environment.pointers())
    if (entry) STRONGROOM_CHECK(write_whole(descriptor, as_bytes(std::string_view(entry, std::strlen(entry) + 1))));
  return write_whole(descriptor, k_end);
}

std::vector<char*> pointers_into(WipedBytes& variables) {
  std::vector<char*> all;
  for (std::size_t at = 0; at < variables.size(); at += std::strlen(all.back()) + 1)
    all.push_back(reinterpret_cast<char*>(variables.data() + at));
  all.push_back(nullptr);
  return all;
}

}  // namespace

// The command's variables go through a pipe: those that a program is started with stand in /proc.
Started SessionLeader::start(const Command& command, Environment& environment, const ChildStreams& streams) {
  auto reports = make_pipe();
  auto variables = make_pipe();
  if (!reports || !variables) return {-1, EMFILE};
  reports_ = std::move(reports->out);
  Descriptor theirs = std::move(reports->in);
  Command leader{{"strongroom", k_lead_word, std::to_string(theirs.get()), std::to_string(variables->out.get())},
                 command.inherited};
  leader.words.insert(leader.words.end(), command.words.begin(), command.words.end());
  leader.inherited.insert(leader.inherited.end(), {theirs.get(), variables->out.get()});
  Environment own(environ);
  Started started = start_child("/proc/self/exe", leader, own, streams);
  if (started.reason != 0) return started;
  theirs.reset();
  variables->out.reset();
  const Status sent = send_variables(variables->in.get(), environment);
  variables->in.reset();
  if (!sent) return {-1, EPIPE};
  const auto first = next();
  if (first && first->kind == Kind::started) return {first->value, 0};
  return {-1, first ? first->value : ECHILD};
}

std::optional<LeaderReport> SessionLeader::next() {
  LeaderReport heard;
  ssize_t n = 0;
  do n = read(reports_.get(), &heard, sizeof heard);
  while (n < 0 && errno == EINTR);
  if (n != static_cast<ssize_t>(sizeof heard)) return std::nullopt;
  return heard;
}

int lead(char** words) {
  const int reports = std::atoi(words[0]);
  fcntl(reports, F_SETFD, FD_CLOEXEC);
  // Taking the terminal back from the background is what it is about.
  signal(SIGTTOU, SIG_IGN);
  pid_t child = -1;
  int reason = 0;
  {
    auto variables = read_variables(std::atoi(words[1]));
    std::vector<char*> pointers = variables ? pointers_into(*variables) : std::vector<char*>{nullptr};
    environ = pointers.data();
    reason = variables ? spawn_in_foreground(child, words + 2) : EPIPE;
    environ = nullptr;
  }
  if (reason != 0) {
    report(reports, Kind::failed, reason);
    return 0;
  }
  report(reports, Kind::started, child);
  for (;;) {
    int status = 0;
    const pid_t changed = waitpid(child, &status, WUNTRACED);
    if (changed < 0 && errno == EINTR) continue;
    if (changed == child && WIFSTOPPED(status)) {
      report(reports, Kind::stopped, WSTOPSIG(status));
      continue;
    }
    // The end of a session's leader hangs up on its foreground: what outlives the command is not meant.
    signal(SIGHUP, SIG_IGN);
    tcsetpgrp(STDIN_FILENO, getpgrp());
    report(reports, Kind::ended, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
  }
}

}  // namespace strongroom::cli::run
