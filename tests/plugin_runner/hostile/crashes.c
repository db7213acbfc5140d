/* Plugins that end, hang or stop. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

static volatile int* volatile nowhere;

sr_status segfault(void) {
  last_words();
  *nowhere = 1;
  return SR_OK;
}

sr_status call_abort(void) {
  last_words();
  abort();
}

sr_status call_exit(void) {
  last_words();
  exit(0);
}

static sr_status call_exit_at_once(void) {
  last_words();
  _exit(0);
}

static sr_status overflow_stack(void) {
  volatile char room[64 * 1024];
  room[0] = (char)world.setting_count;
  return room[0] == 127 ? SR_OK : overflow_stack() + room[0];
}

sr_status spin(void) {
  say("begun");
  write_report();
  for (volatile unsigned long i = 0;; ++i) {
  }
  return SR_OK;
}

sr_status deadlock(void) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  pthread_mutex_lock(&mutex);
  return SR_OK;
}

sr_status sleep_long(void) {
  say("begun");
  write_report();
  sleep(3600);
  return SR_OK;
}

static sr_status stop_itself(void) {
  syscall(SYS_tgkill, getpid(), gettid(), SIGSTOP);
  return SR_OK;
}

/* The handler returns to the fault again and again: no signal ends this process but one that it cannot catch. */
static void ignore(int number) {
  (void)number;
}

static sr_status survive_faults(void) {
  for (int number = 1; number < 32; ++number) signal(number, ignore);
  return segfault();
}

/* The first thread ends; another one keeps the process, and the socket, alive. */
static void* wait_for_ever(void* unused) {
  sleep(3600);
  return unused;
}

static sr_status end_thread(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, wait_for_ever, NULL);
  syscall(SYS_exit, 0);
  return SR_OK;
}

const struct hostile_kind crash_kinds[] = {{"segfault_at_load", AT_LOAD, segfault},
                                           {"segfault_in_get_extension", AT_GET, segfault},
                                           {"segfault_in_begin", AT_BEGIN, segfault},
                                           {"segfault_in_sheet", AT_SHEET, segfault},
                                           {"segfault_in_rows", AT_ROWS, segfault},
                                           {"segfault_in_end", AT_END, segfault},
                                           {"segfault_in_abandon", AT_ABANDON, segfault},
                                           {"abort_in_begin", AT_BEGIN, call_abort},
                                           {"exit_at_load", AT_LOAD, call_exit},
                                           {"exit_in_begin", AT_BEGIN, call_exit},
                                           {"exit_at_once_in_rows", AT_ROWS, call_exit_at_once},
                                           {"stack_overflow", AT_BEGIN, overflow_stack},
                                           {"survive_faults", AT_BEGIN, survive_faults},
                                           {"spin_at_load", AT_LOAD, spin},
                                           {"spin_in_rows", AT_ROWS, spin},
                                           {"deadlock_in_rows", AT_ROWS, deadlock},
                                           {"sleep_at_load", AT_LOAD, sleep_long},
                                           {"sleep_in_begin", AT_BEGIN, sleep_long},
                                           {"sleep_in_rows", AT_ROWS, sleep_long},
                                           {"sleep_in_end", AT_END, sleep_long},
                                           {"stop_itself", AT_ROWS, stop_itself},
                                           {"end_thread", AT_BEGIN, end_thread},
                                           {NULL, 0, NULL}};
