// Landlock: https://docs.kernel.org/userspace-api/landlock.html, revisions 1 to 6 of its interface.
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "daemon/platform/descriptor.h"
#include "daemon/runner/sandbox.h"

namespace strongroom::runner {
namespace {

using platform::Descriptor;

// The attribute as of revision 6; older kernels take its beginning.
struct RulesetAttribute {
  std::uint64_t files;
  std::uint64_t ports;
  std::uint64_t scopes;
};

constexpr std::uint64_t k_files_of_first = (1ull << 13) - 1;  // all rights of revision 1
constexpr std::uint64_t k_refer = 1ull << 13;                 // from revision 2
constexpr std::uint64_t k_truncate = 1ull << 14;              // from revision 3
constexpr std::uint64_t k_ioctl = 1ull << 15;                 // from revision 5
constexpr std::uint64_t k_ports = 3;                          // bind and connect TCP, from revision 4
constexpr std::uint64_t k_scopes = 3;                         // abstract sockets and signals, from revision 6
constexpr std::uint64_t k_read = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t k_write =
    k_read | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | k_truncate;
constexpr std::uint64_t k_of_files = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | k_truncate;

std::uint64_t handled_files(long revision) {
  std::uint64_t all = k_files_of_first;
  if (revision >= 2) all |= k_refer;
  if (revision >= 3) all |= k_truncate;
  if (revision >= 5) all |= k_ioctl;
  return all;
}

bool permit(int ruleset, const std::string& path, std::uint64_t rights) {
  const Descriptor opened(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!opened) return errno == ENOENT;
  struct stat found{};
  if (fstat(opened.get(), &found) != 0) return false;
  if (!S_ISDIR(found.st_mode)) rights &= k_of_files;
  const landlock_path_beneath_attr rule{.allowed_access = rights, .parent_fd = opened.get()};
  return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

bool confine_files(const Permits& permits) {
  const long revision = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (revision < 1) return false;
  RulesetAttribute attribute{handled_files(revision), 0, 0};
  std::size_t size = sizeof attribute.files;
  if (revision >= 4) {
    attribute.ports = k_ports;
    size += sizeof attribute.ports;
  }
  if (revision >= 6) {
    attribute.scopes = k_scopes;
    size += sizeof attribute.scopes;
  }
  const Descriptor ruleset(static_cast<int>(syscall(SYS_landlock_create_ruleset, &attribute, size, 0)));
  if (!ruleset) return false;
  for (const auto& path : permits.readable)
    if (!permit(ruleset.get(), path, k_read & attribute.files)) return false;
  for (const auto& path : permits.writable)
    if (!permit(ruleset.get(), path, k_write & attribute.files)) return false;
  return syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0;
}

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
    SCMP_SYS(fcntl),
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
    SCMP_SYS(setsockopt),
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

struct FilterEnd {
  void operator()(void* filter) const noexcept { seccomp_release(filter); }
};

bool add_exceptions(scmp_filter_ctx filter) {
  // Threads, but no processes; a library that asks by clone3 falls back to clone when that is not there.
  if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                       SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)) != 0)
    return false;
  if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) != 0) return false;
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

bool confine_calls() {
  const std::unique_ptr<void, FilterEnd> filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (!filter) return false;
  for (const int call : k_calls) {
    const int added = seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0);
    if (added != 0 && added != -EDOM) return false;  // EDOM: this processor's kernel has no such call
  }
  return add_exceptions(filter.get()) && seccomp_load(filter.get()) == 0;
}

bool limit(__rlimit_resource what, std::uint64_t most) {
  const struct rlimit value = {most, most};
  return setrlimit(what, &value) == 0;
}

}  // namespace

Result<Confined> confine_process(const Permits& permits) {
  const auto& limits = permits.limits;
  bool limited = limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, limits.file_bytes) &&
                 limit(RLIMIT_NOFILE, limits.descriptors) && limit(RLIMIT_MEMLOCK, 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  limited = limited && limit(RLIMIT_AS, limits.memory_bytes);
#endif
  if (!limited || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    return make_error(ErrorCode::plugin_unavailable, "the plugin's process cannot be given its limits");
  Confined confined;
  confined.files = confine_files(permits);
  confined.calls = confine_calls();
  return confined;
}

}  // namespace strongroom::runner
