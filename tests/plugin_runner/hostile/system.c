/* Plugins that ask the kernel for what a computation does not need. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "hostile.h"

static sr_status kernel_interfaces(void) {
  char zeros[256] = {0};
  must_be_denied("io_uring_setup", syscall(SYS_io_uring_setup, 1, zeros));
  must_be_denied("bpf", syscall(SYS_bpf, 0, zeros, sizeof zeros));
  must_be_denied("userfaultfd", syscall(SYS_userfaultfd, O_CLOEXEC));
  must_be_denied("perf_event_open", syscall(SYS_perf_event_open, zeros, 0, -1, -1, 0));
  must_be_denied("keyctl", syscall(SYS_keyctl, 0, -3, 1));
  must_be_denied("add_key", syscall(SYS_add_key, "user", "x", "x", 1, -3));
  must_be_denied("memfd_create", syscall(SYS_memfd_create, "x", 0));
  must_be_denied("shmget", syscall(SYS_shmget, 0, 4096, 01600));
  must_be_denied("inotify_init1", syscall(SYS_inotify_init1, 0));
  must_be_denied("fanotify_init", syscall(SYS_fanotify_init, 0, 0));
  must_be_denied("signalfd", syscall(SYS_signalfd4, -1, zeros, 8, 0));
  must_be_denied("timer_create", syscall(SYS_timer_create, 0, NULL, zeros));
  must_be_denied("vmsplice", syscall(SYS_vmsplice, 0, zeros, 0, 0));
  must_be_denied("seccomp", syscall(SYS_seccomp, 1, 0, NULL));
  return SR_OK;
}

/* Each would do no harm if it worked. */
static sr_status administration(void) {
  const char* const nowhere = "/strongroom is not here";
  must_be_denied("mount", mount("none", nowhere, "tmpfs", 0, NULL));
  must_be_denied("umount", umount2(nowhere, 0));
  must_be_denied("unshare", unshare(CLONE_NEWUSER));
  must_be_denied("setns", syscall(SYS_setns, 0, 0));
  must_be_denied("chroot", chroot(nowhere));
  must_be_denied("chdir", chdir(nowhere));
  must_be_denied("setuid", setuid(getuid()));
  must_be_denied("setsid", setsid());
  must_be_denied("sethostname", syscall(SYS_sethostname, "x", -1));
  must_be_denied("settimeofday", syscall(SYS_clock_settime, CLOCK_REALTIME, &(struct timespec){0, -1}));
  must_be_denied("init_module", syscall(SYS_init_module, nowhere, 0, ""));
  must_be_denied("reboot", syscall(SYS_reboot, 0, 0, 0, 0));
  must_be_denied("umask", syscall(SYS_umask, 0));
  return SR_OK;
}

static sr_status loosen_itself(void) {
  must_be_denied("PR_SET_DUMPABLE", prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
  must_be_denied("PR_SET_PTRACER", prctl(PR_SET_PTRACER, -1, 0, 0, 0));
  must_be_denied("PR_SET_PDEATHSIG", prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0));
  must_be_denied("PR_SET_SECCOMP", prctl(PR_SET_SECCOMP, 0, 0, 0, 0));
  must_be_denied("PR_CAP_AMBIENT", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 1, 0, 0));
  must_be_denied("capset", syscall(SYS_capset, NULL, NULL));
  must_be_denied("personality", syscall(SYS_personality, 0));
  return SR_OK;
}

/* It would keep the process when only the thread of a forbidden call ended. */
static void* wait_for_ever(void* unused) {
  sleep(3600);
  return unused;
}

/* The numbers of another architecture mean other calls; 37 and 38 are kill and rename there. */
static sr_status other_architecture(void) {
#if defined(__x86_64__)
  pthread_t thread;
  pthread_create(&thread, NULL, wait_for_ever, NULL);
  long result = 0;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(37), "b"(getppid()), "c"(0) : "memory");
  say(result < 0 ? "denied: EPERM int 0x80" : "BREACH int 0x80");
#endif
  return SR_OK;
}

static sr_status other_numbers(void) {
#if defined(__x86_64__)
  must_be_denied("x32 call", syscall(0x40000000 + SYS_kill, getppid(), 0));
#endif
  return SR_OK;
}

static sr_status leak_descriptors(void) {
  int made = 0;
  while (made < 100000 && dup(0) >= 0) ++made;
  say("descriptors: %d", made);
  return SR_OK;
}

const struct hostile_kind system_kinds[] = {{"kernel_interfaces", AT_LOAD | AT_BEGIN, kernel_interfaces},
                                            {"administration", AT_LOAD | AT_BEGIN, administration},
                                            {"loosen_itself", AT_LOAD | AT_BEGIN, loosen_itself},
                                            {"other_architecture", AT_BEGIN, other_architecture},
                                            {"other_numbers", AT_BEGIN, other_numbers},
                                            {"leak_descriptors", AT_BEGIN, leak_descriptors},
                                            {NULL, 0, NULL}};
