#include "client/cli/run/child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>

namespace strongroom::cli::run {

namespace {

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
  std::vector<char*> all;
  for (const auto& word : words) all.push_back(const_cast<char*>(word.c_str()));
  all.push_back(nullptr);
  return all;
}

}  // namespace

Started start_child(const std::string& program, const Command& command, Environment& environment,
                    const ChildStreams& streams) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  short flags = POSIX_SPAWN_SETSIGDEF;
  if (!streams.terminal.empty()) {
    flags |= POSIX_SPAWN_SETSID;
    // The first terminal that the leader of a session opens becomes the session's.
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, streams.terminal.c_str(), O_RDWR, 0);
  }
  if (streams.output >= 0) posix_spawn_file_actions_adddup2(&actions, streams.output, STDOUT_FILENO);
  if (streams.errors >= 0) posix_spawn_file_actions_adddup2(&actions, streams.errors, STDERR_FILENO);
  // Onto itself: it is no longer closed on exec.
  for (const int descriptor : command.inherited) posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, flags);
  Started started;
  started.reason = posix_spawnp(&started.process, program.c_str(), &actions, &attributes,
                                pointers_to(command.words).data(), environment.pointers().data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return started;
}

int become(const Command& command, Environment& environment) {
  for (const int descriptor : command.inherited) fcntl(descriptor, F_SETFD, 0);
  signal(SIGPIPE, SIG_DFL);
  execvpe(command.words.front().c_str(), pointers_to(command.words).data(), environment.pointers().data());
  const int reason = errno;
  signal(SIGPIPE, SIG_IGN);
  return reason;
}

int exit_code_of_failed_start(int reason) noexcept {
  constexpr int k_cannot_run = 126;
  constexpr int k_not_found = 127;
  return reason == ENOENT ? k_not_found : k_cannot_run;
}

}  // namespace strongroom::cli::run
