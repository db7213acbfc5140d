#include "daemon/platform/helper_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "daemon/platform/descriptor.h"

namespace strongroom::platform {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  Descriptor read;
  Descriptor write;

  bool open() {
    int ends[2];
    if (pipe(ends) != 0) return false;
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
    return fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 && fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0;
  }
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

Result<pid_t> start(std::vector<std::string> words, std::vector<std::string> environment, const Pipe& in,
                    const Pipe& out) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.write.get(), STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#if defined(__GLIBC__)
  // Also ends of pipes that another thread has made for its helper and not closed for this one yet.
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
#endif
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t child = -1;
  const int failed = posix_spawn(&child, words.front().c_str(), &actions, &attributes, pointers_to(words).data(),
                                 pointers_to(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0)
    return make_error(ErrorCode::unreachable, "'" + words.front() + "' cannot be started: " + std::strerror(failed));
  return child;
}

// Feeds and reads at once, until all is said.
Result<Secret> converse(Pipe& in, const Pipe& out, const HelperCall& call) {
  const auto until = Clock::now() + call.deadline;
  BytesView rest = call.input;
  if (rest.empty()) in.write = {};
  // One byte more than may come, so that too much is seen.
  Secret said = Secret::of_size(call.most_answer + 1);
  std::size_t size = 0;
  while (size <= call.most_answer) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return make_error(ErrorCode::timeout, "it did not answer in time");
    pollfd watched[] = {{out.read.get(), POLLIN, 0}, {in.write.get(), POLLOUT, 0}};
    if (poll(watched, in.write ? 2 : 1, static_cast<int>(left)) <= 0) continue;
    if (in.write && watched[1].revents != 0) {
      const ssize_t n = write(in.write.get(), rest.data(), rest.size());
      if (n > 0) rest = rest.subspan(static_cast<std::size_t>(n));
      // Whoever reads no more has made up its mind: what it says counts.
      if ((n < 0 && errno != EINTR && errno != EAGAIN) || rest.empty()) in.write = {};
    }
    if (watched[0].revents == 0) continue;
    const ssize_t n = read(out.read.get(), said.writable().data() + size, call.most_answer + 1 - size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      said.truncate(size);
      return said;
    }
    size += static_cast<std::size_t>(n);
  }
  return make_error(ErrorCode::too_large, "it says too much");
}

}  // namespace

Result<HelperEnd> run_helper(const HelperCall& call) {
  Pipe in;
  Pipe out;
  if (!in.open() || !out.open() || fcntl(in.write.get(), F_SETFL, O_NONBLOCK) != 0)
    return make_error(ErrorCode::storage_failed, "no pipe can be made");
  STRONGROOM_ASSIGN(const pid_t child, start(call.words, call.environment, in, out));
  in.read = {};
  out.write = {};
  auto said = converse(in, out, call);
  if (!said) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!said) return said.error();
  return HelperEnd{*std::move(said), WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

}  // namespace strongroom::platform
