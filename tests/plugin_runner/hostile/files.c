/* Plugins that read, list and write what is not theirs. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

/* What could be read stands in the exported file, where the test looks for its canary. */
static void must_not_read(const char* path) {
  const int file = open(path, O_RDONLY);
  must_be_denied(path, file);
  char bytes[256] = {0};
  if (file >= 0 && read(file, bytes, sizeof bytes - 1) > 0) say("read: %s", bytes);
}

static void must_not_list(const char* path) {
  DIR* const folder = opendir(path);
  must_be_denied(path, folder == NULL ? -1 : 0);
}

sr_status read_system(void) {
  must_not_read("/etc/passwd");
  must_not_read("/etc/hostname");
  must_not_read("/proc/self/maps");
  must_not_read("/proc/self/environ");
  must_not_read("/proc/self/mem");
  must_not_list("/");
  must_not_list("/proc");
  must_not_list("/home");
  must_not_list("/root");
  must_not_list("/tmp");
  must_not_list(".");
  must_not_list("/lib/../etc");
  return SR_OK;
}

sr_status read_daemon_memory(void) {
  const char* const names[] = {"mem", "maps", "environ", "cmdline", "fd/0", "root/etc/passwd", "task"};
  for (size_t i = 0; i < sizeof names / sizeof *names; ++i) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", getppid(), names[i]);
    must_not_read(path);
  }
  char path[64];
  char target[256];
  snprintf(path, sizeof path, "/proc/%d/exe", getppid());
  must_be_denied("readlink of the daemon", readlink(path, target, sizeof target));
  return SR_OK;
}

sr_status read_data(void) {
  const char* const canary = setting("canary");
  must_not_read(canary);
  must_not_list(setting("folder"));
  must_not_list(setting("home"));
  must_be_denied("write to the data", open(canary, O_WRONLY));
  must_be_denied("truncate the data", open(canary, O_WRONLY | O_TRUNC));
  must_be_denied("truncate", truncate(canary, 0));
  must_be_denied("unlink", unlink(canary));
  must_be_denied("chmod", chmod(canary, 0777));
  must_be_denied("chown", chown(canary, getuid(), getgid()));
  must_be_denied("utimensat", utimensat(AT_FDCWD, canary, NULL, 0));
  must_be_denied("setxattr", syscall(SYS_setxattr, canary, "user.x", "x", 1, 0));
  must_be_denied("open_by_handle_at", syscall(SYS_open_by_handle_at, AT_FDCWD, canary, O_RDONLY));
  must_be_denied("openat2", syscall(SYS_openat2, AT_FDCWD, canary, (uint64_t[3]){0}, 24));
  return SR_OK;
}

static void must_not_create(const char* path) {
  must_be_denied(path, open(path, O_CREAT | O_EXCL | O_WRONLY, 0600));
  (void)unlink(path);
}

sr_status write_elsewhere(void) {
  char path[600];
  snprintf(path, sizeof path, "%s/made by the plugin", setting("folder"));
  must_not_create(path);
  must_be_denied("mkdir", mkdir(path, 0700));
  must_be_denied("mknod", mknod(path, S_IFIFO | 0600, 0));
  must_be_denied("temporary file", open(setting("folder"), O_TMPFILE | O_RDWR, 0600));
  must_not_create("/tmp/strongroom made by the plugin");
  must_not_create("/dev/shm/strongroom made by the plugin");
  must_not_create("/usr/lib/strongroom made by the plugin");
  return SR_OK;
}

static int output_descriptor(void) {
  for (int number = DAEMON_SOCKET + 1; number < DESCRIPTORS; ++number) {
    struct stat found;
    if (fstat(number, &found) == 0 && S_ISREG(found.st_mode) && found.st_nlink == 1) return number;
  }
  return -1;
}

/* More bytes than the rows ask for are its own affair; what lies around the file is not. */
static sr_status misuse_output(void) {
  const int output = output_descriptor();
  char byte = 0;
  must_work("write", write(output, "more\n", 5));
  must_fail("read", read(output, &byte, 1));
  must_fail("read at", pread(output, &byte, 1, 0));
  must_fail("open beside", openat(output, "canary", O_RDONLY));
  must_fail("open above", openat(output, "../data/canary", O_RDONLY));
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", output);
  must_be_denied("open again for reading", open(path, O_RDONLY));
  must_be_denied("open again for both", open(path, O_RDWR));
  must_be_denied("copy_file_range", syscall(SYS_copy_file_range, output, NULL, output, NULL, 1, 0));
  must_be_denied("fchmod", fchmod(output, 0777));
  must_be_denied("fchown", fchown(output, getuid(), getgid()));
  must_be_denied("flock", syscall(SYS_flock, output, 2));
  return SR_OK;
}

static sr_status giant_file(void) {
  char path[600];
  snprintf(path, sizeof path, "%s/giant", setting("scratch"));
  const int file = open(path, O_CREAT | O_WRONLY, 0600);
  must_work("create", file);
  signal(SIGXFSZ, SIG_IGN);
  must_fail("grow beyond the limit", ftruncate(file, 1ll << 50));
  return SR_OK;
}

const struct hostile_kind file_kinds[] = {{"read_system", AT_LOAD | AT_BEGIN, read_system},
                                          {"read_daemon_memory", AT_LOAD | AT_BEGIN, read_daemon_memory},
                                          {"read_data", AT_BEGIN, read_data},
                                          {"write_elsewhere", AT_BEGIN, write_elsewhere},
                                          {"misuse_output", AT_BEGIN, misuse_output},
                                          {"giant_file", AT_BEGIN, giant_file},
                                          {NULL, 0, NULL}};
