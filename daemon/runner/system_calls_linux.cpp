#include "daemon/runner/system_calls.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <span>

namespace strongroom::runner {
namespace {

// What a computation, its memory, its threads and the files that Landlock leaves it need. There is no socket, no other
// process and no change of what another one may do. ioctl is not there: a terminal could be typed into.
constexpr int k_calls[] = {
    SCMP_SYS(access),
    SCMP_SYS(brk),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(close),
    SCMP_SYS(dup),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(eventfd2),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(fadvise64),
    SCMP_SYS(fallocate),
    SCMP_SYS(fdatasync),
    SCMP_SYS(fstat),
    SCMP_SYS(fstatfs),
    SCMP_SYS(fsync),
    SCMP_SYS(ftruncate),
    SCMP_SYS(futex),
    SCMP_SYS(getcwd),
    SCMP_SYS(getdents64),
    SCMP_SYS(getegid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrusage),
    SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getuid),
    SCMP_SYS(lseek),
    SCMP_SYS(lstat),
    SCMP_SYS(madvise),
    SCMP_SYS(mmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(mremap),
    SCMP_SYS(munmap),
    SCMP_SYS(nanosleep),
    SCMP_SYS(newfstatat),
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(pipe2),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(pread64),
    SCMP_SYS(preadv),
    SCMP_SYS(pwrite64),
    SCMP_SYS(pwritev),
    SCMP_SYS(read),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(readv),
    SCMP_SYS(recvmsg),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sendmsg),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(stat),
    SCMP_SYS(statfs),
    SCMP_SYS(statx),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(write),
    SCMP_SYS(writev),
};

constexpr int k_calls_of_files[] = {
    SCMP_SYS(fchmod), SCMP_SYS(fchown),   SCMP_SYS(mkdir),     SCMP_SYS(mkdirat), SCMP_SYS(msync),
    SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(rmdir),
};

constexpr int k_calls_of_connections[] = {SCMP_SYS(accept4), SCMP_SYS(recvfrom), SCMP_SYS(sendto), SCMP_SYS(shutdown)};

// Those that this processor's kernel does not have are left out.
bool allow(scmp_filter_ctx filter, std::span<const int> calls) {
  return std::ranges::all_of(calls, [&](int call) {
    const int added = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
    return added == 0 || added == -EDOM;
  });
}

struct FilterEnd {
  void operator()(void* filter) const noexcept { seccomp_release(filter); }
};

// Threads as the C libraries make them, all of one process in every respect: no processes, and no threads with
// namespaces or with descriptors of their own.
bool allow_threads(scmp_filter_ctx filter) {
  constexpr scmp_datum_t k_shared = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
  constexpr scmp_datum_t k_apart =
      CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
  if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                       SCMP_A0(SCMP_CMP_MASKED_EQ, k_shared | k_apart, k_shared)) != 0)
    return false;
  // A library that asks by clone3 falls back to clone when that is not there.
  return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
}

// A descriptor can be told to signal its owner (F_SETOWN, F_SETSIG, O_ASYNC), which is kill() by another name; and what
// F_SETFL changes, it changes for the client that has passed the descriptor too. Neither is there.
bool allow_descriptors(scmp_filter_ctx filter) {
  for (const int command : {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_GETLK, F_SETLK, F_SETLKW})
    if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
                         SCMP_A1(SCMP_CMP_EQ, static_cast<scmp_datum_t>(command))) != 0)
      return false;
  // The channel's deadlines.
  for (const int option : {SO_SNDTIMEO, SO_RCVTIMEO})
    if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(setsockopt), 2, SCMP_A1(SCMP_CMP_EQ, SOL_SOCKET),
                         SCMP_A2(SCMP_CMP_EQ, static_cast<scmp_datum_t>(option))) != 0)
      return false;
  return true;
}

bool allow_own_affairs(scmp_filter_ctx filter) {
  // Its own threads only: abort() signals one.
  const auto self = static_cast<scmp_datum_t>(getpid());
  if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, self)) != 0) return false;
  // Its own limits may be read.
  if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2, SCMP_A0(SCMP_CMP_EQ, 0),
                       SCMP_A2(SCMP_CMP_EQ, 0)) != 0)
    return false;
  for (const int name : {PR_SET_NAME, PR_GET_NAME})
    if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
                         SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(name))) != 0)
      return false;
  return true;
}

}  // namespace

bool confine_calls(Needs needs) {
  const std::unique_ptr<void, FilterEnd> filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (!filter) return false;
  // Calls by the numbers of another architecture end the process, not only the thread that made them.
  if (seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) != 0) return false;
  if (!allow(filter.get(), k_calls)) return false;
  if (needs.files && !allow(filter.get(), k_calls_of_files)) return false;
  if (needs.connections && !allow(filter.get(), k_calls_of_connections)) return false;
  return allow_threads(filter.get()) && allow_descriptors(filter.get()) && allow_own_affairs(filter.get()) &&
         seccomp_load(filter.get()) == 0;
}

}  // namespace strongroom::runner
