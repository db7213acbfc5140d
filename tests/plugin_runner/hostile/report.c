#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "hostile.h"

struct hostile_world world;
int answer_socket = DAEMON_SOCKET;

static char report[64 * 1024];
static size_t report_size;

void say(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const size_t room = sizeof report - report_size;
  const int wanted = vsnprintf(report + report_size, room, format, arguments);
  va_end(arguments);
  if (wanted < 0 || (size_t)wanted + 1 >= room) return;
  report_size += (size_t)wanted;
  report[report_size++] = '\n';
}

static const char* error_name(void) {
  const char* const name = strerrorname_np(errno);
  return name != NULL ? name : "?";
}

void must_be_denied(const char* what, long result) {
  if (result < 0 && (errno == EPERM || errno == EACCES || errno == ENOSYS))
    say("denied: %s %s", error_name(), what);
  else
    say("BREACH %s %s", result < 0 ? error_name() : "worked", what);
}

void must_fail(const char* what, long result) {
  if (result < 0)
    say("denied: %s %s", error_name(), what);
  else
    say("BREACH %s", what);
}

void must_work(const char* what, long result) {
  if (result < 0)
    say("failed: %s %s", error_name(), what);
  else
    say("done: %s", what);
}

static void log_report(void) {
  for (size_t at = 0; at < report_size;) {
    const size_t length = (size_t)((char*)memchr(report + at, '\n', report_size - at) - (report + at));
    world.host->log(world.host->context, SR_LOG_INFO, (sr_bytes){(uint8_t*)report + at, length});
    at += length + 1;
  }
}

void write_report(void) {
  if (report_size == 0 || (world.output == NULL && world.host == NULL)) return;
  if (world.output != NULL)
    (void)world.output->write(world.output->context, (sr_bytes){(uint8_t*)report, report_size});
  else
    log_report();
  report_size = 0;
}

void last_words(void) {
  if (world.output == NULL && world.host == NULL) return;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  say("at %lld", (long long)now.tv_sec * 1000000000 + now.tv_nsec);
  write_report();
}

const char* setting(const char* name) {
  static char values[4][512];
  static unsigned used;
  char* const value = values[used++ % 4];
  value[0] = '\0';
  for (uint32_t i = 0; i < world.setting_count; ++i) {
    const sr_setting* const one = &world.settings[i];
    if (one->name.size == strlen(name) && memcmp(one->name.data, name, one->name.size) == 0)
      snprintf(value, sizeof values[0], "%.*s", (int)one->value.size, (const char*)one->value.data);
  }
  return value;
}

void send_raw(const void* bytes, size_t size) {
  const char* at = bytes;
  while (size > 0) {
    const ssize_t n = write(answer_socket, at, size);
    if (n <= 0) return;
    at += n;
    size -= (size_t)n;
  }
}

void send_frame(uint32_t kind, const void* content, size_t size) {
  char frame[8 + 8192];
  const uint32_t length = (uint32_t)size;
  memcpy(frame, &length, 4);
  memcpy(frame + 4, &kind, 4);
  memcpy(frame + 8, content, size);
  send_raw(frame, 8 + size);
}

int region_descriptor(void) {
  const off_t region_size = 4 * 256 * 1024;
  for (int number = DAEMON_SOCKET + 1; number < DESCRIPTORS; ++number) {
    struct stat found;
    /* A file in memory has no name. */
    if (fstat(number, &found) == 0 && S_ISREG(found.st_mode) && found.st_nlink == 0 && found.st_size == region_size)
      return number;
  }
  return -1;
}
