/* How bytes and sentences cross the seam: borrowed views inwards, sinks of the host outwards.
 *
 * Ownership. Nobody ever frees what the other side has allocated. A view that is handed to a function is valid until
 * that function returns, not longer; who needs the bytes later copies them. This holds in both directions: a plugin
 * calls a sink with memory of its own and may reuse that memory as soon as the sink has returned.
 *
 * Thread tags. Every function of the seam carries one in its comment:
 *   [thread-safe]      may be called from any thread, from several at the same time;
 *   [storage-thread]   belongs to one object; calls on that object come one after another, each of them possibly from
 *                      another thread, ordered by a lock of the caller;
 *   [call-thread]      a sink: called only on the thread of, and only during, the call that it was given to.
 */
#ifndef STRONGROOM_ABI_BYTES_H
#define STRONGROOM_ABI_BYTES_H

#include <stdint.h>

#include <strongroom/abi/status.h>

/* `size` bytes at `data`. `data` may be null only when `size` is 0. */
typedef struct sr_bytes {
  const uint8_t* data;
  uint64_t size;
} sr_bytes;

/* The longest sentence that a host takes through an error sink or a log call; what is longer is cut. */
#define SR_MAX_TEXT 512u

/* Takes one sentence about a failure: lower case, no full stop, safe to show to anybody, without a value, a key or a
 * path that the user did not configure. UTF-8, at most SR_MAX_TEXT bytes. A call may leave it alone or call it once,
 * before it returns something other than SR_OK. The host never passes a null pointer for a sink. */
typedef struct sr_error_sink {
  uint32_t size;     /* sizeof(sr_error_sink) of the host */
  uint32_t reserved; /* 0 */
  void* context;     /* the host's; handed back unchanged */
  /* [call-thread] */
  void (*error)(void* context, sr_bytes sentence);
} sr_error_sink;

/* Takes a stream of bytes piece by piece, in order. A piece is at most 1 MiB. */
typedef struct sr_byte_sink {
  uint32_t size;
  uint32_t reserved;
  void* context;
  /* [call-thread] SR_OK: go on. Anything else: the plugin stops at once, calls no sink of this call again except the
   * error sink, and returns this very number. */
  sr_status (*write)(void* context, sr_bytes piece);
} sr_byte_sink;

#endif
