/* Plugins that take memory, and those that misuse the memory that the daemon shares with them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hostile.h"

static sr_status allocate_1_gib(void) {
  void* const room = mmap(NULL, 1u << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  must_fail("1 GiB", room == MAP_FAILED ? -1 : 0);
  return SR_OK;
}

static sr_status grow_until_limit(void) {
  long mebibytes = 0;
  for (;; ++mebibytes) {
    char* const room = mmap(NULL, 1u << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED) break;
    memset(room, 1, 1u << 20);
  }
  say("grown: %ld", mebibytes);
  return SR_OK;
}

static sr_status lock_memory(void) {
  void* const page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  must_fail("mlock", mlock(page, 4096));
  must_fail("map locked",
            mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0) == MAP_FAILED ? -1 : 0);
  return SR_OK;
}

static sr_status resize_region(void) {
  const int region = region_descriptor();
  must_work("region", region);
  must_fail("shrink", ftruncate(region, 0));
  must_fail("grow", ftruncate(region, 1 << 30));
  must_fail("unseal", fcntl(region, F_ADD_SEALS, F_SEAL_WRITE));
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", region);
  const int again = open(path, O_RDWR);
  if (again >= 0) {
    must_fail("shrink again", ftruncate(again, 0));
    must_fail("grow again", ftruncate(again, 1 << 30));
  }
  must_fail("truncate when opened", open(path, O_RDWR | O_TRUNC));
  for (int number = 0; number < DESCRIPTORS; ++number) {
    struct stat found;
    if (fstat(number, &found) != 0 || found.st_nlink != 0) continue;
    must_fail("shrink any", ftruncate(number, 0));
    must_fail("grow any", ftruncate(number, found.st_size + 4096));
  }
  return SR_OK;
}

static volatile char* region_memory;
static size_t region_size;

static void* scribble(void* unused) {
  for (unsigned char value = 0;; ++value)
    for (size_t i = 0; i < region_size; ++i) region_memory[i] = (char)(value ^ i);
  return unused;
}

static sr_status scribble_region(void) {
  const int region = region_descriptor();
  struct stat found;
  if (region < 0 || fstat(region, &found) != 0) return SR_FAILED;
  region_size = (size_t)found.st_size;
  region_memory = mmap(NULL, region_size, PROT_READ | PROT_WRITE, MAP_SHARED, region, 0);
  pthread_t thread;
  must_work("scribble", pthread_create(&thread, NULL, scribble, NULL) == 0 ? 0 : -1);
  return SR_OK;
}

/* Takes the pages away under the daemon, again and again; they come back as zeros. */
static void* punch(void* region) {
  const int number = *(int*)region;
  for (;;) fallocate(number, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 1 << 20);
  return NULL;
}

static sr_status punch_region(void) {
  static int kept;
  kept = dup(region_descriptor());
  pthread_t thread;
  must_work("punch", pthread_create(&thread, NULL, punch, &kept) == 0 ? 0 : -1);
  return SR_OK;
}

/* A page that is said to be broken would end whoever reads it; the daemon does. */
static sr_status poison_region(void) {
  void* const page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, region_descriptor(), 0);
  memset(page, 1, 4096);
  must_fail("MADV_HWPOISON", madvise(page, 4096, MADV_HWPOISON));
  must_fail("MADV_SOFT_OFFLINE", madvise(page, 4096, 101));
  return SR_OK;
}

/* The library lies in memory that others of this daemon may load too. */
static sr_status change_library(void) {
  for (int number = 0; number < DESCRIPTORS; ++number) {
    struct stat found;
    if (fstat(number, &found) != 0 || found.st_nlink != 0 || number == region_descriptor()) continue;
    must_fail("write to the library", pwrite(number, "x", 1, 0));
    void* const page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, number, 0);
    must_fail("map the library for writing", page == MAP_FAILED ? -1 : 0);
  }
  return SR_OK;
}

const struct hostile_kind memory_kinds[] = {{"allocate_1_gib", AT_LOAD | AT_BEGIN, allocate_1_gib},
                                            {"grow_until_limit", AT_BEGIN, grow_until_limit},
                                            {"lock_memory", AT_BEGIN, lock_memory},
                                            {"resize_region", AT_BEGIN, resize_region},
                                            {"scribble_region", AT_BEGIN, scribble_region},
                                            {"punch_region", AT_BEGIN, punch_region},
                                            {"poison_region", AT_BEGIN, poison_region},
                                            {"change_library", AT_BEGIN, change_library},
                                            {NULL, 0, NULL}};
