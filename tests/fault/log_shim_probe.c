// Makes every call that log_shim watches once, in a known order, and tells how each ended: "name result error". Then,
// on request, many writes of several threads. Arguments: the folder, and the number of the call behind which the file
// "free" is made beside it (0: never); or the folder and "threads".
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define THREADS 4
#define WRITES 250

static const char* beside;
static int free_after;
static int told;

static void tell(const char* name, long result) {
  printf("%s %ld %d\n", name, result, result < 0 ? errno : 0);
  fflush(stdout);
  if (++told != free_after) return;
  const int file = open(beside, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || close(file) != 0) abort();
}

static void call_each(const char* folder) {
  const int base = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int file = openat(base, "a", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const int elsewhere = open("elsewhere", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (base < 0 || file < 0 || elsewhere < 0) abort();
  struct iovec parts[3] = {{"abcd", 4}, {"", 0}, {"efghijkl", 8}};
  char name[4096];
  char other[4096];
  snprintf(name, sizeof name, "%s/a", folder);
  snprintf(other, sizeof other, "%s/b", folder);

  if (write(elsewhere, "untouched", 9) != 9 || fsync(elsewhere) != 0) abort();
  tell("write", write(file, "0123456789", 10));
  tell("pwrite", pwrite(file, "ABCDEFGHIJKLMNOPQRST", 20, 100));
  tell("writev", writev(file, parts, 3));
  tell("pwritev", pwritev(file, parts, 3, 200));
  tell("fdatasync", fdatasync(file));
  tell("fsync", fsync(file));
  tell("ftruncate", ftruncate(file, 4096));
  errno = posix_fallocate(file, 0, 8192);
  tell("posix_fallocate", errno == 0 ? 0 : -1);
  tell("fallocate", fallocate(file, FALLOC_FL_KEEP_SIZE, 0, 16384));
  tell("rename", rename(name, other));
  tell("renameat", renameat(base, "b", base, "c"));
  tell("unlinkat", unlinkat(base, "c", 0));
  if (unlink("elsewhere") != 0) abort();
}

static void* write_many(void* file) {
  for (int i = 0; i < WRITES; ++i) {
    const ssize_t result = pwrite(*(int*)file, "0123456789", 10, i * 10L);
    if (result < 0) tell("pwrite", result);
  }
  return NULL;
}

static void write_from_threads(const char* folder) {
  char name[4096];
  snprintf(name, sizeof name, "%s/many", folder);
  int file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; ++i)
    if (file < 0 || pthread_create(&threads[i], NULL, write_many, &file) != 0) abort();
  for (int i = 0; i < THREADS; ++i) pthread_join(threads[i], NULL);
}

int main(int count, char** arguments) {
  if (count != 3) return 2;
  if (strcmp(arguments[2], "threads") == 0) {
    write_from_threads(arguments[1]);
    return 0;
  }
  free_after = atoi(arguments[2]);
  beside = "free";
  call_each(arguments[1]);
  return 0;
}
