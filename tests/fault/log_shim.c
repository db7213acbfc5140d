// What a machine may do to the files of one folder, at a chosen call: a library for LD_PRELOAD, for tests only.
//
//   LOG_SHIM_FOLDER   the folder whose files are watched, with all below it. Without it the shim does nothing.
//   LOG_SHIM_COUNT    a file to which each watched call adds a line before it is made: name below the folder, kind and
//                     size, split by tabs.
//   LOG_SHIM_SINCE    a file: calls are watched while it exists. Default: always.
//   LOG_SHIM_ONLY     kinds that are watched, split by commas: write, sync, rename, truncate, allocate, unlink.
//                     Default: all.
//   LOG_SHIM_AT       the number of the watched call, from 1, at which it happens.
//   LOG_SHIM_DO       what happens:
//       kill          SIGKILL before the call
//       kill_after    SIGKILL behind the call
//       torn          half of a write, then SIGKILL; for other kinds as kill
//       enospc, eio   the call fails and does nothing
//       slow          a sync begins 200 ms later; other kinds: nothing
//       short         half of a write is made and told; the next write then fails with ENOSPC. Other kinds: as enospc
//   LOG_SHIM_UNTIL    a file: enospc, eio, short and slow go on from call LOG_SHIM_AT until it exists.
//
// Calls are counted in the order in which threads come to them. All calls of the shim are direct system calls: it needs
// no lock, no memory and nothing of the library that it stands before, and may be used in a signal handler. It does not
// see what the C library does within itself (stdio), mapped memory, io_uring, links, and files that open() makes or
// empties.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(long) == 8, "offsets are handed to the kernel in one register");

#define EXPORTED __attribute__((visibility("default")))
#define MOST_PARTS 1024

enum kind { k_write, k_sync, k_rename, k_truncate, k_allocate, k_unlink, k_kinds };

enum fault { f_none, f_kill, f_kill_after, f_torn, f_enospc, f_eio, f_short, f_slow };

static const char* const k_kind_names[k_kinds] = {"write", "sync", "rename", "truncate", "allocate", "unlink"};
static const char* const k_fault_names[] = {"", "kill", "kill_after", "torn", "enospc", "eio", "short", "slow"};

static char folder[PATH_MAX];
static size_t folder_size;
static const char* count_file;
static const char* until_file;
static const char* since_file;
static bool watched_kinds[k_kinds];
static unsigned long at;
static enum fault wish;
static atomic_ulong calls;
static atomic_bool next_write_fails;

// --- the settings ---

static void die(const char* why) {
  (void)syscall(SYS_write, 2, "log_shim: ", 10);
  (void)syscall(SYS_write, 2, why, strlen(why));
  (void)syscall(SYS_write, 2, "\n", 1);
  abort();
}

static void read_kinds(const char* only) {
  if (only == NULL) {
    for (int kind = 0; kind < k_kinds; ++kind) watched_kinds[kind] = true;
    return;
  }
  while (*only != '\0') {
    const size_t size = strcspn(only, ",");
    int kind = 0;
    while (kind < k_kinds && (strlen(k_kind_names[kind]) != size || strncmp(k_kind_names[kind], only, size) != 0))
      ++kind;
    if (kind == k_kinds) die("LOG_SHIM_ONLY names an unknown kind");
    watched_kinds[kind] = true;
    only += size + (only[size] == ',' ? 1 : 0);
  }
}

__attribute__((constructor)) static void start(void) {
  const char* const wanted = getenv("LOG_SHIM_FOLDER");
  if (wanted == NULL) return;
  if (realpath(wanted, folder) == NULL) die("LOG_SHIM_FOLDER is not there");
  count_file = getenv("LOG_SHIM_COUNT");
  until_file = getenv("LOG_SHIM_UNTIL");
  since_file = getenv("LOG_SHIM_SINCE");
  read_kinds(getenv("LOG_SHIM_ONLY"));
  const char* const number = getenv("LOG_SHIM_AT");
  const char* const what = getenv("LOG_SHIM_DO");
  if ((number == NULL) != (what == NULL)) die("LOG_SHIM_AT and LOG_SHIM_DO go together");
  if (number != NULL) {
    at = strtoul(number, NULL, 10);
    if (at == 0) die("LOG_SHIM_AT is no number from 1 on");
    for (size_t i = 1; i < sizeof k_fault_names / sizeof *k_fault_names; ++i)
      if (strcmp(k_fault_names[i], what) == 0) wish = (enum fault)i;
    if (wish == f_none) die("LOG_SHIM_DO is unknown");
  }
  folder_size = strlen(folder);  // last: from here on calls are watched
}

// --- which file it is ---

static char* with_decimal(char* to, unsigned long number) {
  char digits[24];
  size_t count = 0;
  do digits[count++] = (char)('0' + number % 10);
  while ((number /= 10) != 0);
  while (count > 0) *to++ = digits[--count];
  return to;
}

// The path of an open file as the kernel knows it. False when it has none.
static bool path_of(int descriptor, char path[PATH_MAX]) {
  if (descriptor < 0) return false;
  char link[64] = "/proc/self/fd/";
  *with_decimal(link + strlen(link), (unsigned long)descriptor) = '\0';
  const long size = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
  if (size <= 0) return false;
  path[size] = '\0';
  return true;
}

// The name below the folder, or null when the path is elsewhere.
static const char* name_below(const char* path) {
  if (strncmp(path, folder, folder_size) != 0) return NULL;
  if (path[folder_size] == '/') return path + folder_size + 1;
  return path[folder_size] == '\0' ? "." : NULL;
}

// The path of what a name stands for, its last part not followed. False when its folder is not there.
static bool path_at(int base, const char* name, char path[PATH_MAX]) {
  const char* const slash = strrchr(name, '/');
  const char* const last = slash != NULL ? slash + 1 : name;
  char parent[PATH_MAX] = ".";
  if (slash != NULL) {
    const size_t size = slash == name ? 1 : (size_t)(slash - name);
    if (size >= sizeof parent) return false;
    memcpy(parent, name, size);
    parent[size] = '\0';
  }
  const long descriptor = syscall(SYS_openat, base, parent, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  if (descriptor < 0) return false;
  const bool found = path_of((int)descriptor, path);
  (void)syscall(SYS_close, (int)descriptor);
  const size_t size = found ? strlen(path) : 0;
  if (!found || size + strlen(last) + 2 > PATH_MAX) return false;
  path[size] = '/';
  memcpy(path + size + 1, last, strlen(last) + 1);
  return true;
}

// --- what happens ---

static _Noreturn void kill_self(void) {
  for (;;) (void)syscall(SYS_kill, (int)syscall(SYS_getpid), SIGKILL);
}

// One write of a whole line, so that lines of several threads do not mix. The file is opened each time: the program may
// close what it has not opened.
static void tell(const char* name, enum kind kind, unsigned long size) {
  char line[PATH_MAX + 64];
  size_t length = strlen(name);
  memcpy(line, name, length);
  line[length++] = '\t';
  memcpy(line + length, k_kind_names[kind], strlen(k_kind_names[kind]));
  length += strlen(k_kind_names[kind]);
  line[length++] = '\t';
  char* end = with_decimal(line + length, size);
  *end++ = '\n';
  const long file = syscall(SYS_openat, AT_FDCWD, count_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) die("LOG_SHIM_COUNT cannot be written");
  if (syscall(SYS_write, (int)file, line, (size_t)(end - line)) != end - line) die("LOG_SHIM_COUNT cannot be written");
  (void)syscall(SYS_close, (int)file);
}

static bool has_begun(void) {
  return since_file == NULL || syscall(SYS_faccessat, AT_FDCWD, since_file, F_OK) == 0;
}

static bool is_over(void) {
  return until_file != NULL && syscall(SYS_faccessat, AT_FDCWD, until_file, F_OK) == 0;
}

// What befalls this call of a watched file. Does not return when the process is to be killed before it.
static enum fault fate(const char* name, enum kind kind, unsigned long size) {
  if (!watched_kinds[kind] || !has_begun()) return f_none;
  const unsigned long number = 1 + atomic_fetch_add(&calls, 1);
  if (count_file != NULL) tell(name, kind, size);
  if (kind == k_write && atomic_exchange(&next_write_fails, false) && !is_over()) {
    if (until_file != NULL) atomic_store(&next_write_fails, true);
    return f_enospc;
  }
  const bool goes_on = until_file != NULL && wish >= f_enospc && number > at;
  if (wish == f_none || (number != at && !goes_on)) return f_none;
  if (until_file != NULL && is_over()) return f_none;
  if (wish == f_kill || (wish == f_torn && kind != k_write)) kill_self();
  if (wish == f_short && kind != k_write) return f_enospc;
  return wish;
}

static enum fault fate_of_descriptor(int descriptor, enum kind kind, unsigned long size) {
  if (folder_size == 0) return f_none;
  const int saved = errno;
  char path[PATH_MAX];
  const char* const name = path_of(descriptor, path) ? name_below(path) : NULL;
  const enum fault result = name != NULL ? fate(name, kind, size) : f_none;
  errno = saved;
  return result;
}

static enum fault fate_of_path(int base, const char* path_name, enum kind kind, unsigned long size) {
  if (folder_size == 0) return f_none;
  const int saved = errno;
  char path[PATH_MAX];
  const char* const name = path_at(base, path_name, path) ? name_below(path) : NULL;
  const enum fault result = name != NULL ? fate(name, kind, size) : f_none;
  errno = saved;
  return result;
}

// The error of a fault that makes the call fail, or 0.
static int error_of(enum fault fault) {
  return fault == f_enospc ? ENOSPC : fault == f_eio ? EIO : 0;
}

static int failed(enum fault fault) {
  errno = error_of(fault);
  return -1;
}

static long done(enum fault fault, long result) {
  if (fault == f_kill_after) kill_self();
  return result;
}

// --- writes ---

static unsigned long size_of(const struct iovec* parts, int count) {
  unsigned long size = 0;
  for (int i = 0; i < count; ++i) size += parts[i].iov_len;
  return size;
}

// `offset` below 0: where the file stands.
static long written(int descriptor, const struct iovec* parts, int count, off_t offset, int flags) {
  if (flags != 0) return syscall(SYS_pwritev2, descriptor, parts, count, offset, 0L, flags);
  if (count == 1 && offset < 0) return syscall(SYS_write, descriptor, parts->iov_base, parts->iov_len);
  if (count == 1) return syscall(SYS_pwrite64, descriptor, parts->iov_base, parts->iov_len, offset);
  if (offset < 0) return syscall(SYS_writev, descriptor, parts, count);
  return syscall(SYS_pwritev, descriptor, parts, count, offset, 0L);
}

// Writes the first half of it.
static long half_written(int descriptor, const struct iovec* parts, int count, off_t offset, int flags) {
  struct iovec first[MOST_PARTS];
  unsigned long left = size_of(parts, count) / 2;
  int used = 0;
  for (; used < count && left > 0; ++used) {
    first[used] = parts[used];
    if (first[used].iov_len > left) first[used].iov_len = left;
    left -= first[used].iov_len;
  }
  return used == 0 ? 0 : written(descriptor, first, used, offset, flags);
}

static ssize_t write_parts(int descriptor, const struct iovec* parts, int count, off_t offset, int flags) {
  if (count < 0 || count > MOST_PARTS) return written(descriptor, parts, count, offset, flags);
  const enum fault fault = fate_of_descriptor(descriptor, k_write, size_of(parts, count));
  if (error_of(fault) != 0) return failed(fault);
  if (fault == f_torn) {
    (void)half_written(descriptor, parts, count, offset, flags);
    kill_self();
  }
  if (fault == f_short) {
    atomic_store(&next_write_fails, true);
    const long half = half_written(descriptor, parts, count, offset, flags);
    return half != 0 ? half : failed(f_enospc);
  }
  return done(fault, written(descriptor, parts, count, offset, flags));
}

EXPORTED ssize_t write(int descriptor, const void* data, size_t size) {
  const struct iovec part = {.iov_base = (void*)(uintptr_t)data, .iov_len = size};
  return write_parts(descriptor, &part, 1, -1, 0);
}

EXPORTED ssize_t writev(int descriptor, const struct iovec* parts, int count) {
  return write_parts(descriptor, parts, count, -1, 0);
}

static ssize_t write_parts_at(int descriptor, const struct iovec* parts, int count, off_t offset) {
  if (offset < 0) {
    errno = EINVAL;
    return -1;
  }
  return write_parts(descriptor, parts, count, offset, 0);
}

EXPORTED ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset) {
  const struct iovec part = {.iov_base = (void*)(uintptr_t)data, .iov_len = size};
  return write_parts_at(descriptor, &part, 1, offset);
}

EXPORTED ssize_t pwrite64(int descriptor, const void* data, size_t size, off_t offset) {
  return pwrite(descriptor, data, size, offset);
}

EXPORTED ssize_t pwritev(int descriptor, const struct iovec* parts, int count, off_t offset) {
  return write_parts_at(descriptor, parts, count, offset);
}

EXPORTED ssize_t pwritev64(int descriptor, const struct iovec* parts, int count, off_t offset) {
  return write_parts_at(descriptor, parts, count, offset);
}

EXPORTED ssize_t pwritev2(int descriptor, const struct iovec* parts, int count, off_t offset, int flags) {
  return write_parts(descriptor, parts, count, offset, flags);
}

EXPORTED ssize_t pwritev64v2(int descriptor, const struct iovec* parts, int count, off_t offset, int flags) {
  return write_parts(descriptor, parts, count, offset, flags);
}

// --- the rest ---

static int synced(int descriptor, long number) {
  const enum fault fault = fate_of_descriptor(descriptor, k_sync, 0);
  if (fault == f_slow) {
    const struct timespec pause = {.tv_nsec = 200000000};
    (void)syscall(SYS_nanosleep, &pause, NULL);
  }
  return error_of(fault) != 0 ? failed(fault) : (int)done(fault, syscall(number, descriptor));
}

EXPORTED int fdatasync(int descriptor) {
  return synced(descriptor, SYS_fdatasync);
}

EXPORTED int fsync(int descriptor) {
  return synced(descriptor, SYS_fsync);
}

EXPORTED int ftruncate(int descriptor, off_t size) {
  const enum fault fault = fate_of_descriptor(descriptor, k_truncate, (unsigned long)size);
  return error_of(fault) != 0 ? failed(fault) : (int)done(fault, syscall(SYS_ftruncate, descriptor, size));
}

EXPORTED int ftruncate64(int descriptor, off_t size) {
  return ftruncate(descriptor, size);
}

EXPORTED int truncate(const char* name, off_t size) {
  const enum fault fault = fate_of_path(AT_FDCWD, name, k_truncate, (unsigned long)size);
  return error_of(fault) != 0 ? failed(fault) : (int)done(fault, syscall(SYS_truncate, name, size));
}

EXPORTED int truncate64(const char* name, off_t size) {
  return truncate(name, size);
}

EXPORTED int fallocate(int descriptor, int mode, off_t offset, off_t size) {
  const enum fault fault = fate_of_descriptor(descriptor, k_allocate, (unsigned long)size);
  return error_of(fault) != 0 ? failed(fault)
                              : (int)done(fault, syscall(SYS_fallocate, descriptor, mode, offset, size));
}

EXPORTED int fallocate64(int descriptor, int mode, off_t offset, off_t size) {
  return fallocate(descriptor, mode, offset, size);
}

// It tells its error by its result and leaves errno alone. File systems that cannot allocate are told so; nothing is
// emulated.
EXPORTED int posix_fallocate(int descriptor, off_t offset, off_t size) {
  const int saved = errno;
  const int error = fallocate(descriptor, 0, offset, size) == 0 ? 0 : errno;
  errno = saved;
  return error;
}

EXPORTED int posix_fallocate64(int descriptor, off_t offset, off_t size) {
  return posix_fallocate(descriptor, offset, size);
}

// A rename is watched under its new name, or under its old one when it leaves the folder.
static int renamed(int from_base, const char* from, int to_base, const char* to, unsigned flags) {
  if (folder_size != 0) {
    const int saved = errno;
    char path[PATH_MAX];
    const bool arrives = path_at(to_base, to, path) && name_below(path) != NULL;
    errno = saved;
    const enum fault fault = fate_of_path(arrives ? to_base : from_base, arrives ? to : from, k_rename, 0);
    if (error_of(fault) != 0) return failed(fault);
    return (int)done(fault, syscall(SYS_renameat2, from_base, from, to_base, to, flags));
  }
  return (int)syscall(SYS_renameat2, from_base, from, to_base, to, flags);
}

EXPORTED int rename(const char* from, const char* to) {
  return renamed(AT_FDCWD, from, AT_FDCWD, to, 0);
}

EXPORTED int renameat(int from_base, const char* from, int to_base, const char* to) {
  return renamed(from_base, from, to_base, to, 0);
}

EXPORTED int renameat2(int from_base, const char* from, int to_base, const char* to, unsigned flags) {
  return renamed(from_base, from, to_base, to, flags);
}

EXPORTED int unlinkat(int base, const char* name, int flags) {
  const enum fault fault = fate_of_path(base, name, k_unlink, 0);
  return error_of(fault) != 0 ? failed(fault) : (int)done(fault, syscall(SYS_unlinkat, base, name, flags));
}

EXPORTED int unlink(const char* name) {
  return unlinkat(AT_FDCWD, name, 0);
}

EXPORTED int remove(const char* name) {
  const enum fault fault = fate_of_path(AT_FDCWD, name, k_unlink, 0);
  if (error_of(fault) != 0) return failed(fault);
  long result = syscall(SYS_unlinkat, AT_FDCWD, name, 0);
  if (result != 0 && errno == EISDIR) result = syscall(SYS_unlinkat, AT_FDCWD, name, AT_REMOVEDIR);
  return (int)done(fault, result);
}
