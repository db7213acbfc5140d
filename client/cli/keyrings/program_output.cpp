#include "client/cli/keyrings/program_output.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "client/cli/run/child.h"
#include "client/cli/run/environment.h"
#include "client/cli/run/files.h"

extern char** environ;

namespace strongroom::cli::keyrings {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t k_most_errors = 16 * 1024;
constexpr std::size_t k_piece = 64 * 1024;
constexpr std::chrono::milliseconds k_nap(2);

// What has arrived; of that the beginning up to `most` bytes is kept. False at the end.
template <class Text>
bool take(int descriptor, Text& into, std::size_t most) {
  const std::size_t before = into.size();
  into.resize(before + k_piece);
  const ssize_t n = read(descriptor, into.data() + before, k_piece);
  into.resize(std::min(before + static_cast<std::size_t>(std::max<ssize_t>(n, 0)), most));
  return n > 0 || (n < 0 && errno == EINTR);
}

Error late(const ProgramCall& call) {
  return make_error(ErrorCode::timeout, "'" + call.words.front() + "' did not end in time");
}

Status listen(run::Descriptor output, run::Descriptor errors, const ProgramCall& call, Clock::time_point until,
              ProgramEnd& end) {
  while (output || errors) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return late(call);
    pollfd watched[] = {{output.get(), POLLIN, 0}, {errors.get(), POLLIN, 0}};
    if (poll(watched, 2, static_cast<int>(left)) <= 0) continue;
    // One byte more than may come, so that too much is seen.
    if (watched[0].revents != 0 && !take(output.get(), end.output, call.most_output + 1)) output = {};
    if (watched[1].revents != 0 && !take(errors.get(), end.errors, k_most_errors)) errors = {};
    if (end.output.size() > call.most_output)
      return make_error(ErrorCode::too_large, "'" + call.words.front() + "' says too much");
  }
  return {};
}

// A program may close its output long before it ends. False when it did not end until then.
bool has_ended(pid_t process, Clock::time_point until, int& status) {
  for (;;) {
    const pid_t ended = waitpid(process, &status, WNOHANG);
    if (ended == process || (ended < 0 && errno != EINTR)) return true;
    if (Clock::now() >= until) return false;
    std::this_thread::sleep_for(k_nap);
  }
}

void end_now(pid_t process) {
  int status = 0;
  kill(process, SIGKILL);
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

Result<ProgramEnd> output_of(const ProgramCall& call) {
  STRONGROOM_ASSIGN(auto output, run::make_pipe());
  STRONGROOM_ASSIGN(auto errors, run::make_pipe());
  run::Environment environment(environ);
  const run::Started started =
      run::start_child(call.words.front(), {call.words, {}}, environment, {{}, output.in.get(), errors.in.get()});
  environment.clear();
  if (started.reason != 0)
    return make_error(started.reason == ENOENT ? ErrorCode::not_found : ErrorCode::unreachable,
                      "'" + call.words.front() + "' cannot be started: " + std::strerror(started.reason));
  output.in = {};
  errors.in = {};
  ProgramEnd end;
  const auto until = Clock::now() + call.deadline;
  Status heard = listen(std::move(output.out), std::move(errors.out), call, until, end);
  int status = 0;
  if (heard && !has_ended(started.process, until, status)) heard = late(call);
  if (!heard) {
    end_now(started.process);
    return heard.error();
  }
  end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return end;
}

}  // namespace strongroom::cli::keyrings
