/* What hostile monitors do. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hostile.h"

/* Nothing comes of what is asked for on a channel that has one call at a time. */
enum { ROWS_BACK = 105 };

static sr_status piece_of_backup(void) {
  send_frame(ROWS_BACK, "piece", 5);
  return SR_OK;
}

/* Makes of the socket that it has for the journal one for somebody else. An address within sendmsg is not tried: it
 * stands behind a pointer, where a filter of system calls does not look. */
static sr_status misuse_journal(void) {
  const int journal = atoi(setting("journal"));
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", setting("socket"));
  must_be_denied("connect", connect(journal, (struct sockaddr*)&address, sizeof address));
  must_be_denied("sendto", sendto(journal, "x", 1, 0, (struct sockaddr*)&address, sizeof address));
  must_be_denied("bind", bind(journal, (struct sockaddr*)&address, sizeof(sa_family_t)));
  char byte = 0;
  must_be_denied("recvfrom", recvfrom(journal, &byte, 1, MSG_DONTWAIT, NULL, NULL));
  must_work("write", write(journal, "x", 1));
  return SR_OK;
}

#define IN_EACH_CALL(name, act)                                                                           \
  {"monitor_" name "_at_load", AT_LOAD, act}, {"monitor_" name "_in_open", AT_OPEN, act},                 \
      {"monitor_" name "_in_events", AT_EVENTS, act}, {"monitor_" name "_in_metrics", AT_METRICS, act}, { \
    "monitor_" name "_in_close", AT_CLOSE, act                                                            \
  }

/* Kinds that only lack something are told apart in monitor.c. */
const struct hostile_kind monitor_kinds[] = {IN_EACH_CALL("segfault", segfault),
                                             IN_EACH_CALL("abort", call_abort),
                                             IN_EACH_CALL("exit", call_exit),
                                             IN_EACH_CALL("spin", spin),
                                             IN_EACH_CALL("sleep", sleep_long),
                                             {"monitor_deadlock_in_events", AT_EVENTS, deadlock},

                                             {"monitor_unknown_status_in_open", AT_OPEN, unknown_status},
                                             {"monitor_unknown_status_in_events", AT_EVENTS, unknown_status},
                                             {"monitor_unknown_status_in_metrics", AT_METRICS, unknown_status},
                                             {"monitor_negative_status", AT_EVENTS, negative_status},
                                             {"monitor_corrupt_status", AT_EVENTS, corrupt_status},
                                             {"monitor_silent_failure", AT_METRICS, silent_failure},
                                             {"monitor_enormous_sentence", AT_EVENTS, enormous_sentence},
                                             {"monitor_many_sentences", AT_EVENTS, many_sentences},
                                             {"monitor_sentence_from_nowhere", AT_EVENTS, sentence_from_nowhere},
                                             {"monitor_log_in_events", AT_EVENTS, log_through_host},

                                             {"monitor_close_socket", AT_EVENTS, close_socket},
                                             {"monitor_close_everything", AT_EVENTS, close_everything},
                                             {"monitor_dripping_frame", AT_EVENTS, dripping_frame},
                                             {"monitor_few_descriptors", AT_EVENTS, few_descriptors},
                                             {"monitor_forged_done", AT_EVENTS, forged_done},
                                             {"monitor_half_frame", AT_METRICS, half_frame},
                                             {"monitor_huge_frame", AT_EVENTS, huge_frame},
                                             {"monitor_log_for_ever", AT_EVENTS, log_for_ever},
                                             {"monitor_longest_error", AT_EVENTS, longest_error},
                                             {"monitor_piece_of_backup", AT_EVENTS, piece_of_backup},
                                             {"monitor_random_frames", AT_EVENTS, random_frames},
                                             {"monitor_short_frame", AT_EVENTS, short_frame},
                                             {"monitor_steal_calls", AT_EVENTS, steal_calls},
                                             {"monitor_taken", AT_EVENTS, taken_of_free_slot},
                                             {"monitor_unknown_frame", AT_EVENTS, unknown_frame},
                                             {"monitor_work_for_ever", AT_EVENTS, work_for_ever},

                                             {"monitor_change_limits", AT_LOAD | AT_OPEN, change_limits},
                                             {"monitor_change_socket", AT_LOAD | AT_OPEN, change_socket},
                                             {"monitor_connect_to_daemon", AT_OPEN, connect_to_daemon},
                                             {"monitor_misuse_journal", AT_OPEN, misuse_journal},
                                             {"monitor_open_sockets", AT_LOAD | AT_OPEN, open_sockets},
                                             {"monitor_read_daemon", AT_LOAD | AT_OPEN, read_daemon},
                                             {"monitor_read_daemon_memory", AT_LOAD | AT_OPEN, read_daemon_memory},
                                             {"monitor_read_data", AT_OPEN, read_data},
                                             {"monitor_read_system", AT_LOAD | AT_EVENTS, read_system},
                                             {"monitor_run_shell", AT_LOAD | AT_EVENTS, run_shell},
                                             {"monitor_signal_daemon", AT_LOAD | AT_OPEN, signal_daemon},
                                             {"monitor_trace_daemon", AT_LOAD | AT_OPEN, trace_daemon},
                                             {"monitor_try_fork", AT_LOAD | AT_EVENTS, try_fork},
                                             {"monitor_write_elsewhere", AT_OPEN, write_elsewhere},
                                             {NULL, 0, NULL}};
