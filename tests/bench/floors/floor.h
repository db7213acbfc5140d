/* What the floor programs share: a clock, and one result to a line (KEY<TAB>VALUE), which the harness reads. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double now_s(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static inline void result(const char* key, double value) {
  printf("%s\t%.9g\n", key, value);
  fflush(stdout);
}

static inline void die(const char* what) {
  perror(what);
  exit(1);
}
