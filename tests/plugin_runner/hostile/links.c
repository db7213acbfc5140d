/* Plugins that try to lead the daemon, or themselves, out of the folder that they were given. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

sr_status leave_scratch(void) {
  char inside[600];
  char outside[600];
  const char* const canary = setting("canary");
  snprintf(inside, sizeof inside, "%s/inside", setting("scratch"));
  snprintf(outside, sizeof outside, "%s/../outside", setting("scratch"));
  const int file = open(inside, O_CREAT | O_RDWR, 0600);
  must_work("create", file);
  must_work("write", write(file, "x", 1));
  must_be_denied("create above", open(outside, O_CREAT | O_WRONLY, 0600));
  char above[600];
  snprintf(above, sizeof above, "%s/..", setting("scratch"));
  must_be_denied("list above", open(above, O_RDONLY | O_DIRECTORY));
  must_be_denied("symlink", symlink(canary, outside));
  must_be_denied("symlink inside", syscall(SYS_symlinkat, canary, AT_FDCWD, inside));
  must_be_denied("link", link(canary, outside));
  must_be_denied("linkat", syscall(SYS_linkat, file, "", AT_FDCWD, outside, AT_EMPTY_PATH));
  must_be_denied("rename over", rename(inside, canary));
  must_be_denied("renameat2", syscall(SYS_renameat2, AT_FDCWD, inside, AT_FDCWD, canary, 0));
  must_be_denied("mkdir", mkdir(outside, 0700));
  must_be_denied("rmdir", rmdir(setting("scratch")));
  return SR_OK;
}

/* A folder that the daemon has to clear. */
static sr_status fill_scratch(void) {
  for (int i = 0; i < 20000; ++i) {
    char path[600];
    snprintf(path, sizeof path, "%s/%d", setting("scratch"), i);
    close(open(path, O_CREAT | O_WRONLY, 0));
  }
  return SR_OK;
}

const struct hostile_kind link_kinds[] = {
    {"leave_scratch", AT_BEGIN, leave_scratch}, {"fill_scratch", AT_BEGIN, fill_scratch}, {NULL, 0, NULL}};
