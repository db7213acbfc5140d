/* A zoo of hostile exporters: one module per kind, all of the same code, told apart by HOSTILE_KIND.
 *
 * An act runs at the moments that its row of the table names. One that tries what is forbidden says in the exported
 * file how it went: "denied: EPERM ptrace", or "BREACH ptrace" when it worked. Everything else is an exporter that
 * behaves.
 */
#ifndef STRONGROOM_TESTS_HOSTILE_H
#define STRONGROOM_TESTS_HOSTILE_H

#include <stddef.h>
#include <stdint.h>

#include <strongroom/abi/entry.h>
#include <strongroom/abi/exporter.h>

/* Moments, as bits. */
enum { AT_LOAD = 1, AT_GET = 2, AT_BEGIN = 4, AT_SHEET = 8, AT_ROWS = 16, AT_END = 32, AT_ABANDON = 64 };

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

/* What the present call brought; null when the call has it not. */
struct hostile_world {
  const sr_export_config* config;
  const sr_host* host;
  const sr_byte_sink* output;
  const sr_error_sink* error;
};

extern struct hostile_world world;

/* The socket to the daemon, as the runner is given it. */
enum { DAEMON_SOCKET = 3, DESCRIPTORS = 64 };

/* Appends to the report. It goes to the exported file with the next call that has one, so that what was found while the
 * library was loaded is said too. */
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

/* The value of a setting of this export, or "". A copy that stays. */
const char* setting(const char* name);

/* A frame to the daemon past the runner, with what lies in `content`. */
void send_frame(uint32_t kind, const void* content, size_t size);
void send_raw(const void* bytes, size_t size);
/* The number of the descriptor of the shared region, or -1. It is open only during `begin`. */
int region_descriptor(void);

#endif
