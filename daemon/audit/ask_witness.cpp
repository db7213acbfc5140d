// The helper that speaks HTTP, as a process of its own.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>

#include "daemon/audit/witnesses.h"

namespace strongroom::audit {
namespace {

constexpr std::chrono::seconds k_deadline{15};
constexpr std::size_t k_most_answer = 128 * 1024;

struct Pipes {
  std::array<int, 2> in{-1, -1};
  std::array<int, 2> out{-1, -1};

  ~Pipes() {
    for (const int end : {in[0], in[1], out[0], out[1]})
      if (end >= 0) close(end);
  }

  bool open() { return pipe2(in.data(), O_CLOEXEC) == 0 && pipe2(out.data(), O_CLOEXEC) == 0; }

  static void shut(int& end) {
    close(end);
    end = -1;
  }
};

Error unreachable(const char* why) {
  return make_error(ErrorCode::unreachable, std::string("the witness cannot be asked: ") + why);
}

// Feeds and reads at once, until the helper has said all or the time is over.
std::optional<std::string> converse(Pipes& pipes, std::string_view body) {
  const auto until = std::chrono::steady_clock::now() + k_deadline;
  std::string answer;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    std::array<pollfd, 2> watched{{{pipes.out[0], POLLIN, 0}, {pipes.in[1], POLLOUT, 0}}};
    if (poll(watched.data(), pipes.in[1] < 0 ? 1 : 2, static_cast<int>(left.count())) < 0) continue;
    if (pipes.in[1] >= 0 && watched[1].revents != 0) {
      const ssize_t n = write(pipes.in[1], body.data(), body.size());
      if (n > 0) body.remove_prefix(static_cast<std::size_t>(n));
      if (n < 0 || body.empty()) Pipes::shut(pipes.in[1]);
    }
    if (watched[0].revents == 0) continue;
    std::array<char, 4096> part{};
    const ssize_t n = read(pipes.out[0], part.data(), part.size());
    if (n <= 0) return answer;
    answer.append(part.data(), static_cast<std::size_t>(n));
    if (answer.size() > k_most_answer) return std::nullopt;
  }
}

}  // namespace

AskWitness ask_by_helper(std::filesystem::path helper) {
  return [helper = std::move(helper)](const std::string& url, const std::string& body) -> Result<WitnessAnswer> {
    Pipes pipes;
    if (!pipes.open()) return unreachable("no pipe can be made");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipes.in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, pipes.out[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    std::string program = helper.string();
    std::string verb = "submit";
    std::string place = url;
    std::array<char*, 4> arguments{program.data(), verb.data(), place.data(), nullptr};
    std::string path = "PATH=/usr/bin:/bin";
    std::array<char*, 2> environment{path.data(), nullptr};
    pid_t child = -1;
    const int failed = posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) return unreachable("strongroom-witness is not installed beside the daemon");
    Pipes::shut(pipes.in[0]);
    Pipes::shut(pipes.out[1]);
    const auto answer = converse(pipes, body);
    if (!answer) kill(child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!answer || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return unreachable("it does not answer");
    WitnessAnswer parsed;
    const auto end = answer->find('\n');
    if (end == std::string::npos ||
        std::from_chars(answer->data(), answer->data() + end, parsed.status).ptr != answer->data() + end)
      return unreachable("its answer makes no sense");
    parsed.body = answer->substr(end + 1);
    return parsed;
  };
}

}  // namespace strongroom::audit
