/* Plugins that start processes and threads, and those that reach for other processes. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "hostile.h"

/* A child that came to be ends at once. */
static void must_not_fork(const char* what, long pid) {
  if (pid == 0) _exit(0);
  must_be_denied(what, pid);
}

sr_status try_fork(void) {
  must_not_fork("fork", fork());
  must_not_fork("fork call", syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
  must_not_fork("vfork", syscall(SYS_clone, CLONE_VFORK | CLONE_VM | SIGCHLD, 0, 0, 0, 0));
#if defined(SYS_vfork)
  must_not_fork("fork number", syscall(SYS_fork));
#endif
  must_not_fork("clone3", syscall(SYS_clone3, &(uint64_t[8]){0, 0, 0, 0, SIGCHLD}, 64));
  return SR_OK;
}

static sr_status fork_bomb(void) {
  int made = 0;
  for (int i = 0; i < 500; ++i) {
    const pid_t pid = fork();
    if (pid == 0) _exit(0);
    if (pid > 0) ++made;
  }
  errno = EPERM;
  must_be_denied("fork bomb", made == 0 ? -1 : 0);
  return SR_OK;
}

sr_status run_shell(void) {
  char* arguments[] = {"/bin/sh", "-c", "exit 0", NULL};
  char* environment[] = {NULL};
  must_be_denied("execve", execve("/bin/sh", arguments, environment));
  must_be_denied("execveat", syscall(SYS_execveat, -100, "/bin/sh", arguments, environment, 0));
  pid_t pid = -1;
  errno = posix_spawn(&pid, "/bin/sh", NULL, NULL, arguments, environment);
  must_be_denied("posix_spawn", errno != 0 ? -1 : 0);
  return SR_OK;
}

static void* wait_for_ever(void* unused) {
  pause();
  sleep(3600);
  return unused;
}

/* Threads are allowed; their number is not without end. Room is left for the runner, so that the export goes on. */
static sr_status thread_bomb(void) {
  const size_t room = 64u << 20;
  void* const kept = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 16384);
  int made = 0;
  pthread_t thread;
  while (made < 100000 && pthread_create(&thread, &small, wait_for_ever, NULL) == 0) ++made;
  munmap(kept, room);
  say("threads: %d", made);
  return SR_OK;
}

/* A thread in namespaces of its own, or with descriptors of its own, beyond the limit. */
static sr_status odd_threads(void) {
  const int thread = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
  must_be_denied("thread with own descriptors", syscall(SYS_clone, thread | CLONE_FS | CLONE_SYSVSEM, 0, 0, 0, 0));
  must_be_denied("thread in own namespace",
                 syscall(SYS_clone, thread | CLONE_FILES | CLONE_SYSVSEM | CLONE_NEWNS, 0, 0, 0, 0));
  must_be_denied("thread in own network",
                 syscall(SYS_clone, thread | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_NEWNET, 0, 0, 0, 0));
  return SR_OK;
}

sr_status trace_daemon(void) {
  must_be_denied("ptrace attach", ptrace(PTRACE_ATTACH, getppid(), 0, 0));
  must_be_denied("ptrace seize", ptrace(PTRACE_SEIZE, getppid(), 0, 0));
  must_be_denied("ptrace traceme", ptrace(PTRACE_TRACEME, 0, 0, 0));
  return SR_OK;
}

/* Signals that the daemon would survive. */
sr_status signal_daemon(void) {
  must_be_denied("kill 0", kill(getppid(), 0));
  must_be_denied("kill", kill(getppid(), SIGURG));
  must_be_denied("kill group", kill(0, SIGURG));
  must_be_denied("tkill", syscall(SYS_tkill, getppid(), SIGURG));
  must_be_denied("tgkill", syscall(SYS_tgkill, getppid(), getppid(), SIGURG));
  siginfo_t about = {.si_code = SI_QUEUE};
  must_be_denied("rt_sigqueueinfo", syscall(SYS_rt_sigqueueinfo, getppid(), SIGURG, &about));
  must_be_denied("rt_tgsigqueueinfo", syscall(SYS_rt_tgsigqueueinfo, getppid(), getppid(), SIGURG, &about));
  return SR_OK;
}

sr_status read_daemon(void) {
  char bytes[16];
  struct iovec here = {bytes, sizeof bytes};
  struct iovec there = {(void*)&world, sizeof bytes};
  must_be_denied("process_vm_readv", process_vm_readv(getppid(), &here, 1, &there, 1, 0));
  must_be_denied("process_vm_writev", process_vm_writev(getppid(), &here, 1, &there, 1, 0));
  must_be_denied("pidfd_open", syscall(SYS_pidfd_open, getppid(), 0));
  must_be_denied("pidfd_getfd", syscall(SYS_pidfd_getfd, 0, 0, 0));
  must_be_denied("kcmp", syscall(SYS_kcmp, getpid(), getppid(), 0, 0, 0));
  must_be_denied("process_madvise", syscall(SYS_process_madvise, 0, &here, 1, 0, 0));
  return SR_OK;
}

sr_status change_limits(void) {
  const struct rlimit many = {4096, 4096};
  must_be_denied("prlimit of the daemon", prlimit(getppid(), RLIMIT_NOFILE, &many, NULL));
  struct rlimit found;
  must_be_denied("limits of the daemon", prlimit(getppid(), RLIMIT_NOFILE, NULL, &found));
  must_be_denied("setrlimit", setrlimit(RLIMIT_NOFILE, &many));
  must_be_denied("setrlimit call", syscall(SYS_setrlimit, RLIMIT_NOFILE, &many));
  must_be_denied("setpriority", setpriority(PRIO_PROCESS, (id_t)getppid(), 19));
  must_be_denied("sched_setaffinity", sched_setaffinity(getppid(), sizeof(cpu_set_t), &(cpu_set_t){0}));
  return SR_OK;
}

const struct hostile_kind process_kinds[] = {{"try_fork", AT_LOAD | AT_BEGIN, try_fork},
                                             {"fork_bomb", AT_ROWS, fork_bomb},
                                             {"run_shell", AT_LOAD | AT_BEGIN, run_shell},
                                             {"thread_bomb", AT_BEGIN, thread_bomb},
                                             {"odd_threads", AT_BEGIN, odd_threads},
                                             {"trace_daemon", AT_LOAD | AT_BEGIN, trace_daemon},
                                             {"signal_daemon", AT_LOAD | AT_BEGIN, signal_daemon},
                                             {"read_daemon", AT_LOAD | AT_BEGIN, read_daemon},
                                             {"change_limits", AT_LOAD | AT_BEGIN, change_limits},
                                             {NULL, 0, NULL}};
