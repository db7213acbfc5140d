/* Loaded through LD_PRELOAD: writes a file beside itself that names the process it got into. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((constructor)) static void leave_a_mark(void) {
  Dl_info info;
  char self[512] = {0};
  char mark[1024];
  FILE* file;
  const char* name;
  if (!dladdr((const void*)&leave_a_mark, &info) || readlink("/proc/self/exe", self, sizeof self - 1) <= 0) return;
  name = strrchr(self, '/');
  snprintf(mark, sizeof mark, "%s.in.%s", info.dli_fname, name ? name + 1 : self);
  file = fopen(mark, "w");
  if (file) fclose(file);
}
