/* A zoo of hostile exporters, storages and monitors: one module per kind, told apart by HOSTILE_KIND.
 *
 * An act runs at the moments that its row of the table names. One that tries what is forbidden says in the exported
 * file, or in its log when it exports nothing, how it went: "denied: EPERM ptrace", or "BREACH ptrace" when it worked.
 * Everything else is a plugin that behaves.
 */
#ifndef STRONGROOM_TESTS_HOSTILE_H
#define STRONGROOM_TESTS_HOSTILE_H

#include <stddef.h>
#include <stdint.h>

#include <strongroom/abi/entry.h>
#include <strongroom/abi/exporter.h>

/* Moments, as bits: of all plugins, of exporters, and of storages and monitors. */
enum { AT_LOAD = 1, AT_GET = 2, AT_BEGIN = 4, AT_SHEET = 8, AT_ROWS = 16, AT_END = 32, AT_ABANDON = 64 };

enum { AT_OPEN = 1 << 8, AT_HEALTH = 1 << 9, AT_READ = 1 << 10, AT_SCAN = 1 << 11, AT_PUT = 1 << 12 };

enum { AT_COMMIT = 1 << 13, AT_ROLLBACK = 1 << 14, AT_CLOSE = 1 << 15, AT_EVENTS = 1 << 16, AT_METRICS = 1 << 17 };

typedef sr_status (*hostile_act)(void);

struct hostile_kind {
  const char* name;
  int moments;
  hostile_act act;
};

/* Each ends with a row without a name. */
extern const struct hostile_kind crash_kinds[];
extern const struct hostile_kind frame_kinds[];
extern const struct hostile_kind file_kinds[];
extern const struct hostile_kind link_kinds[];
extern const struct hostile_kind memory_kinds[];
extern const struct hostile_kind process_kinds[];
extern const struct hostile_kind socket_kinds[];
extern const struct hostile_kind system_kinds[];
extern const struct hostile_kind answer_kinds[];

/* Storages and monitors. */
extern const struct hostile_kind storage_kinds[];
extern const struct hostile_kind monitor_kinds[];

/* The table that the module gives for an id, or null. One of three, by the kind of plugin that it is. */
const void* hostile_table(const char* id);
/* Whether this module is that kind. */
int is_kind(const char* name);
/* Does what the kind does at that moment, and says what came of it. */
sr_status act_at(int moment);

/* What the present call brought; null when the call has it not. */
struct hostile_world {
  const sr_setting* settings;
  uint32_t setting_count;
  const sr_host* host;
  const sr_byte_sink* output;
  const sr_error_sink* error;
};

extern struct hostile_world world;

/* The socket to the daemon, as the runner is given it. */
enum { DAEMON_SOCKET = 3, DESCRIPTORS = 64 };

/* Appends to the report. It goes to the exported file, or line by line to the log, with the next call that has one, so
 * that what was found while the library was loaded is said too. */
void say(const char* format, ...) __attribute__((format(printf, 1, 2)));
/* "denied: ERROR what" when the call was refused as such (EPERM, EACCES, ENOSYS), "BREACH what" when it worked, and
 * also when it failed for another reason: then somebody has looked at what was asked. `result` is that of the call. */
void must_be_denied(const char* what, long result);
/* For what is refused because of what was asked: any error will do. */
void must_fail(const char* what, long result);
/* "done: what", or "failed: ERROR what". For what is allowed. */
void must_work(const char* what, long result);
void write_report(void);
/* Writes the report, and in it the time on CLOCK_MONOTONIC, in nanoseconds: the act that follows ends the process. */
void last_words(void);

/* The value of a setting, or "". A copy that stays. */
const char* setting(const char* name);

/* The descriptor that is written to past the runner: DAEMON_SOCKET unless it is told otherwise. */
extern int answer_socket;
/* A frame to the daemon past the runner, with what lies in `content`. */
void send_frame(uint32_t kind, const void* content, size_t size);
void send_raw(const void* bytes, size_t size);
/* The number of the descriptor of the shared region, or -1. It is open only during `begin`. */
int region_descriptor(void);

/* Acts that more than one kind of plugin does. */
sr_status call_abort(void);
sr_status call_exit(void);
sr_status change_limits(void);
sr_status change_socket(void);
sr_status close_everything(void);
sr_status close_socket(void);
sr_status connect_to_daemon(void);
sr_status corrupt_status(void);
sr_status deadlock(void);
sr_status dripping_frame(void);
sr_status enormous_sentence(void);
sr_status few_descriptors(void);
sr_status forged_done(void);
sr_status half_frame(void);
sr_status huge_frame(void);
sr_status leave_scratch(void);
sr_status log_for_ever(void);
sr_status log_through_host(void);
sr_status longest_error(void);
sr_status many_sentences(void);
sr_status negative_status(void);
sr_status open_sockets(void);
sr_status random_frames(void);
sr_status read_daemon(void);
sr_status read_daemon_memory(void);
sr_status read_data(void);
sr_status read_system(void);
sr_status run_shell(void);
sr_status segfault(void);
sr_status sentence_from_nowhere(void);
sr_status short_frame(void);
sr_status signal_daemon(void);
sr_status silent_failure(void);
sr_status sleep_long(void);
sr_status spin(void);
sr_status steal_calls(void);
sr_status taken_of_free_slot(void);
sr_status trace_daemon(void);
sr_status try_fork(void);
sr_status unknown_frame(void);
sr_status unknown_status(void);
sr_status work_for_ever(void);
sr_status write_elsewhere(void);

#endif
