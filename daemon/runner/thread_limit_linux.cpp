#include "daemon/runner/thread_limit.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace strongroom::runner {
namespace {

// More tasks than this no system has (PID_MAX_LIMIT).
constexpr rlim_t k_most_tasks = 1u << 22;
// Nearer than this the number is of no use: it changes all the time.
constexpr rlim_t k_near = 16;

bool set_limit(rlim_t soft, rlim_t hard) {
  const struct rlimit value = {soft, hard};
  return setrlimit(RLIMIT_NPROC, &value) == 0;
}

// Whether one more task comes to be under the limit `soft`.
bool has_room(rlim_t soft, rlim_t hard) {
  if (!set_limit(soft, hard)) return false;
  const pid_t child = vfork();
  if (child == 0) _exit(0);
  if (child < 0) return false;
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return true;
}

}  // namespace

// Nobody says how many tasks a user has, in other containers too; the least limit that leaves room is found by trying.
bool limit_threads(std::uint64_t threads) {
  struct rlimit found{};
  if (getrlimit(RLIMIT_NPROC, &found) != 0) return false;
  const rlim_t hard = std::min(found.rlim_max, k_most_tasks);
  rlim_t enough = std::min<rlim_t>(1024, hard);
  rlim_t too_few = 0;
  while (enough < hard && !has_room(enough, hard)) {
    too_few = enough;
    enough = std::min(enough * 4, hard);
  }
  while (enough - too_few > k_near) {
    const rlim_t middle = too_few + (enough - too_few) / 2;
    (has_room(middle, hard) ? enough : too_few) = middle;
  }
  const rlim_t most = std::min(enough + threads, hard);
  return set_limit(most, most);
}

}  // namespace strongroom::runner
