/* What hostile storages do. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "storage.h"

struct storage_call storage_call;

sr_status give_row(const char* key, uint64_t version, const void* value, uint64_t size) {
  storage_call.answered = 1;
  const sr_bytes name = {(const uint8_t*)key, strlen(key)};
  return storage_call.rows->row(storage_call.rows->context, name, version, (sr_bytes){value, size});
}

static const char ordinary_value[] = "value";

static sr_status ordinary_row(const char* key) {
  return give_row(key, 1, ordinary_value, sizeof ordinary_value);
}

/* Answers to a get, whose key is "b". */

static sr_status value_of(size_t size) {
  void* const value = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return give_row("b", 1, value, size);
}

static sr_status longest_value(void) {
  return value_of(SR_STORAGE_MAX_VALUE);
}

static sr_status long_value(void) {
  return value_of(SR_STORAGE_MAX_VALUE + 1);
}

static sr_status enormous_value(void) {
  return value_of((size_t)1 << 30);
}

static sr_status value_from_nowhere(void) {
  return give_row("b", 1, (const void*)16, 4096);
}

static sr_status value_without_end(void) {
  return give_row("b", 1, ordinary_value, UINT64_MAX);
}

static sr_status no_row(void) {
  storage_call.answered = 1;
  return SR_OK;
}

static sr_status row_and_not_found(void) {
  (void)ordinary_row("b");
  return SR_NOT_FOUND;
}

static sr_status two_rows(void) {
  (void)ordinary_row("b");
  return ordinary_row("b");
}

static sr_status other_key(void) {
  return ordinary_row("c");
}

static sr_status row_without_version(void) {
  return give_row("b", 0, ordinary_value, sizeof ordinary_value);
}

/* Answers to a scan of at most three rows from "a" to "d". */

static sr_status out_of_order(void) {
  (void)ordinary_row("b");
  return ordinary_row("a");
}

static sr_status row_twice(void) {
  (void)ordinary_row("a");
  return ordinary_row("a");
}

static sr_status before_range(void) {
  return ordinary_row("A");
}

static sr_status at_end_of_range(void) {
  return ordinary_row("d");
}

static sr_status row_too_many(void) {
  (void)ordinary_row("a");
  (void)ordinary_row("b");
  (void)ordinary_row("c");
  return ordinary_row("cc");
}

static sr_status row_without_key(void) {
  return ordinary_row("");
}

static sr_status long_key(void) {
  char key[SR_STORAGE_MAX_KEY + 2] = "";
  memset(key, 'b', SR_STORAGE_MAX_KEY + 1);
  return ordinary_row(key);
}

static sr_status enormous_row(void) {
  (void)ordinary_row("a");
  return value_of((size_t)1 << 30);
}

/* Each follows the one before it. */
static sr_status endless_rows(void) {
  for (unsigned long i = 0;; ++i) {
    char key[32];
    snprintf(key, sizeof key, "a%016lx", i);
    (void)ordinary_row(key);
  }
  return SR_OK;
}

static sr_status same_row_for_ever(void) {
  for (;;) (void)ordinary_row("a");
  return SR_OK;
}

/* A row and then silence. */
static sr_status row_and_sleep(void) {
  (void)value_of(SR_STORAGE_MAX_VALUE);
  (void)ordinary_row("c");
  return sleep_long();
}

/* Answers to health. */

static sr_status no_health(void) {
  storage_call.answered = 1;
  return SR_OK;
}

static sr_status nothing_as_health(void) {
  storage_call.answered = 1;
  storage_call.health->health(storage_call.health->context, NULL);
  return SR_OK;
}

static sr_status short_health(void) {
  const uint32_t report[64] = {8, SR_HEALTH_GOOD};
  storage_call.answered = 1;
  storage_call.health->health(storage_call.health->context, (const sr_storage_health*)report);
  return SR_OK;
}

static sr_status health_with_long_detail(void) {
  static uint8_t detail[100000];
  memset(detail, '\33', sizeof detail);
  const sr_storage_health report = {sizeof report, ~0u, UINT64_MAX, UINT64_MAX, UINT64_MAX, {detail, sizeof detail}};
  storage_call.answered = 1;
  storage_call.health->health(storage_call.health->context, &report);
  return SR_OK;
}

/* The number that the daemon itself uses for a process that is lost. */
static sr_status status_of_daemon(void) {
  return -1;
}

/* Past the runner, on the channel of the call: the only socket besides that of the process. */
static void answer_on_lane(void) {
  for (int number = DAEMON_SOCKET + 1; number < DESCRIPTORS; ++number) {
    struct stat found;
    if (fstat(number, &found) == 0 && S_ISSOCK(found.st_mode)) answer_socket = number;
  }
}

#define ON_LANE(act)                  \
  static sr_status lane_##act(void) { \
    answer_on_lane();                 \
    return act();                     \
  }

ON_LANE(close_socket)
ON_LANE(dripping_frame)
ON_LANE(few_descriptors)
ON_LANE(forged_done)
ON_LANE(half_frame)
ON_LANE(huge_frame)
ON_LANE(log_for_ever)
ON_LANE(random_frames)
ON_LANE(short_frame)
ON_LANE(steal_calls)
ON_LANE(taken_of_free_slot)
ON_LANE(unknown_frame)
ON_LANE(work_for_ever)

enum { ROWS_BACK = 105 };

static sr_status lane_malformed_rows(void) {
  answer_on_lane();
  send_frame(ROWS_BACK, "\377\377\377\377 too short", 14);
  return SR_OK;
}

static sr_status lane_no_rows_for_ever(void) {
  answer_on_lane();
  for (;;) send_frame(ROWS_BACK, "", 0);
  return SR_OK;
}

#define IN_EACH_CALL(name, act)                                                                     \
  {"storage_" name "_at_load", AT_LOAD, act}, {"storage_" name "_in_open", AT_OPEN, act},           \
      {"storage_" name "_in_health", AT_HEALTH, act}, {"storage_" name "_in_begin", AT_BEGIN, act}, \
      {"storage_" name "_in_get", AT_READ, act}, {"storage_" name "_in_scan", AT_SCAN, act},        \
      {"storage_" name "_in_put", AT_PUT, act}, {"storage_" name "_in_commit", AT_COMMIT, act},     \
      {"storage_" name "_in_rollback", AT_ROLLBACK, act}, {                                         \
    "storage_" name "_in_close", AT_CLOSE, act                                                      \
  }

#define IN_EACH_OUTCOME(name, act)                                                             \
  {"storage_" name "_in_open", AT_OPEN, act}, {"storage_" name "_in_health", AT_HEALTH, act},  \
      {"storage_" name "_in_begin", AT_BEGIN, act}, {"storage_" name "_in_get", AT_READ, act}, \
      {"storage_" name "_in_scan", AT_SCAN, act}, {"storage_" name "_in_put", AT_PUT, act}, {  \
    "storage_" name "_in_commit", AT_COMMIT, act                                               \
  }

/* Kinds that only lack something are told apart in storage.c. */
const struct hostile_kind storage_kinds[] = {IN_EACH_CALL("segfault", segfault),
                                             IN_EACH_CALL("abort", call_abort),
                                             IN_EACH_CALL("exit", call_exit),
                                             IN_EACH_CALL("spin", spin),
                                             IN_EACH_CALL("sleep", sleep_long),
                                             {"storage_deadlock_in_get", AT_READ, deadlock},

                                             {"storage_longest_value", AT_READ, longest_value},
                                             {"storage_long_value", AT_READ, long_value},
                                             {"storage_enormous_value", AT_READ, enormous_value},
                                             {"storage_value_from_nowhere", AT_READ, value_from_nowhere},
                                             {"storage_value_without_end", AT_READ, value_without_end},
                                             {"storage_no_row", AT_READ, no_row},
                                             {"storage_row_and_not_found", AT_READ, row_and_not_found},
                                             {"storage_two_rows", AT_READ, two_rows},
                                             {"storage_other_key", AT_READ, other_key},
                                             {"storage_row_without_version", AT_READ, row_without_version},

                                             {"storage_out_of_order", AT_SCAN, out_of_order},
                                             {"storage_row_twice", AT_SCAN, row_twice},
                                             {"storage_before_range", AT_SCAN, before_range},
                                             {"storage_at_end_of_range", AT_SCAN, at_end_of_range},
                                             {"storage_row_too_many", AT_SCAN, row_too_many},
                                             {"storage_row_without_key", AT_SCAN, row_without_key},
                                             {"storage_long_key", AT_SCAN, long_key},
                                             {"storage_enormous_row", AT_SCAN, enormous_row},
                                             {"storage_endless_rows", AT_SCAN, endless_rows},
                                             {"storage_same_row_for_ever", AT_SCAN, same_row_for_ever},
                                             {"storage_row_and_sleep", AT_SCAN, row_and_sleep},

                                             {"storage_no_report", AT_HEALTH, no_health},
                                             {"storage_null_report", AT_HEALTH, nothing_as_health},
                                             {"storage_short_report", AT_HEALTH, short_health},
                                             {"storage_long_detail", AT_HEALTH, health_with_long_detail},

                                             IN_EACH_OUTCOME("unknown_status", unknown_status),
                                             {"storage_negative_status", AT_READ, negative_status},
                                             {"storage_status_of_daemon", AT_READ, status_of_daemon},
                                             {"storage_corrupt_status", AT_READ, corrupt_status},
                                             {"storage_silent_failure", AT_COMMIT, silent_failure},
                                             {"storage_enormous_sentence", AT_READ, enormous_sentence},
                                             {"storage_many_sentences", AT_READ, many_sentences},
                                             {"storage_sentence_from_nowhere", AT_READ, sentence_from_nowhere},
                                             {"storage_log_in_get", AT_READ, log_through_host},
                                             {"storage_log_in_health", AT_HEALTH, log_through_host},

                                             {"storage_close_lane", AT_READ, lane_close_socket},
                                             {"storage_close_everything", AT_READ, close_everything},
                                             {"storage_dripping_frame", AT_READ, lane_dripping_frame},
                                             {"storage_few_descriptors", AT_READ, lane_few_descriptors},
                                             {"storage_forged_done", AT_READ, lane_forged_done},
                                             {"storage_forged_done_in_open", AT_OPEN, forged_done},
                                             {"storage_half_frame", AT_SCAN, lane_half_frame},
                                             {"storage_huge_frame", AT_READ, lane_huge_frame},
                                             {"storage_huge_frame_in_health", AT_HEALTH, huge_frame},
                                             {"storage_log_for_ever", AT_READ, lane_log_for_ever},
                                             {"storage_malformed_rows", AT_SCAN, lane_malformed_rows},
                                             {"storage_no_rows_for_ever", AT_SCAN, lane_no_rows_for_ever},
                                             {"storage_random_frames", AT_READ, lane_random_frames},
                                             {"storage_short_frame", AT_READ, lane_short_frame},
                                             {"storage_steal_calls", AT_READ, lane_steal_calls},
                                             {"storage_taken", AT_READ, lane_taken_of_free_slot},
                                             {"storage_taken_in_health", AT_HEALTH, taken_of_free_slot},
                                             {"storage_unknown_frame", AT_READ, lane_unknown_frame},
                                             {"storage_work_for_ever", AT_READ, lane_work_for_ever},

                                             {"storage_change_limits", AT_LOAD | AT_OPEN, change_limits},
                                             {"storage_change_socket", AT_LOAD | AT_OPEN, change_socket},
                                             {"storage_connect_to_daemon", AT_OPEN, connect_to_daemon},
                                             {"storage_leave_folder", AT_OPEN, leave_scratch},
                                             {"storage_open_sockets", AT_LOAD | AT_OPEN, open_sockets},
                                             {"storage_read_daemon", AT_LOAD | AT_OPEN, read_daemon},
                                             {"storage_read_daemon_memory", AT_LOAD | AT_OPEN, read_daemon_memory},
                                             {"storage_read_data", AT_OPEN, read_data},
                                             {"storage_read_system", AT_LOAD | AT_READ, read_system},
                                             {"storage_run_shell", AT_LOAD | AT_READ, run_shell},
                                             {"storage_signal_daemon", AT_LOAD | AT_OPEN, signal_daemon},
                                             {"storage_trace_daemon", AT_LOAD | AT_OPEN, trace_daemon},
                                             {"storage_try_fork", AT_LOAD | AT_READ, try_fork},
                                             {"storage_write_elsewhere", AT_OPEN, write_elsewhere},
                                             {NULL, 0, NULL}};
