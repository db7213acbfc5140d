#include "daemon/platform/helper_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "daemon/platform/helper_start.h"

namespace strongroom::platform {
namespace {

using Clock = std::chrono::steady_clock;

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
  STRONGROOM_ASSIGN(const pid_t child, start_helper(call.words, call.environment, in, out));
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
