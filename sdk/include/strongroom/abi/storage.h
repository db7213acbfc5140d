/* strongroom.storage/1: an ordered, transactional map.
 *
 * FROZEN. The table grows only at its end; a changed meaning gets a new id beside this one.
 *
 * Rows. A row is (collection, scope, key) -> (version, value). `collection` is a small number. `scope` says whose row
 * it is: empty for the system, or an opaque owner id. Within one collection and scope rows are ordered by key, compared
 * as unsigned bytes (memcmp; a prefix comes first). Keys and values are opaque; values are ciphertext. `version` is
 * given by the host, is at least 1, and means nothing to the plugin beyond equality.
 *
 * Limits. A plugin must accept everything within these bounds and must answer SR_TOO_LARGE, or SR_INVALID for an empty
 * key, beyond them: scope 0..32 bytes, key 1..256 bytes, value 0..4 MiB (SR_STORAGE_MAX_*).
 *
 * Threads. One instance serves any number of read transactions and at most one write transaction at a time, all of them
 * side by side. Calls on one transaction come one after another. No call may wait for another transaction to end.
 *
 * Snapshots. A read transaction sees one state: that of some moment between its begin and its first read, and every
 * commit that had returned before its begin. It never sees part of a commit. A write transaction sees its own writes.
 *
 * Scopes. A transaction sees only the scopes it was begun with, whatever it is asked for; another scope is SR_INVALID.
 *
 * Failing sinks. When a sink returns something other than SR_OK, the plugin calls it no more, returns this very number,
 * and leaves the transaction usable as if the call had ended normally.
 *
 * Failures. A call that fails has changed nothing. After a failed put, put_if or erase the write transaction stays
 * usable, so that the host can go back to its savepoint; a plugin that cannot do so (its engine has given up the whole
 * transaction) answers every later call on it, except rollback, with the status of that failure. After a failed commit
 * nothing of the transaction is stored, and the instance stays usable.
 */
#ifndef STRONGROOM_ABI_STORAGE_H
#define STRONGROOM_ABI_STORAGE_H

#include <stdint.h>

#include <strongroom/abi/bytes.h>
#include <strongroom/abi/host.h>
#include <strongroom/abi/status.h>

#define SR_STORAGE_V1_ID "strongroom.storage/1"

#define SR_STORAGE_MAX_SCOPE 32u
#define SR_STORAGE_MAX_KEY 256u
#define SR_STORAGE_MAX_VALUE (4u * 1024u * 1024u)
#define SR_STORAGE_MAX_SCOPES 64u /* of one transaction; at least 1 */

/* The plugin's own objects; a host only carries the pointers. */
typedef struct sr_storage sr_storage;
typedef struct sr_transaction sr_transaction;

/* What to open. */
typedef struct sr_storage_config {
  uint32_t size;              /* sizeof(sr_storage_config) of the host */
  uint32_t setting_count;     /* settings at `settings` */
  const sr_setting* settings; /* at least "folder": an existing folder, absolute, in which the plugin keeps its files;
                                 nobody else writes there. An unknown setting is SR_INVALID. */
} sr_storage_config;

typedef struct sr_row_key {
  uint32_t collection;
  uint32_t reserved; /* 0 */
  sr_bytes scope;
  sr_bytes key;
} sr_row_key;

/* Keys from `first` (inclusive) to `last` (exclusive; empty means without end), in ascending order, or in descending
 * order when SR_SCAN_REVERSE is set; the same keys either way. */
typedef struct sr_range {
  uint32_t collection;
  uint32_t limit; /* rows at most; 0 means all */
  uint32_t flags; /* SR_SCAN_*; an unknown flag is SR_INVALID */
  uint32_t reserved;
  sr_bytes scope;
  sr_bytes first;
  sr_bytes last;
} sr_range;

#define SR_SCAN_REVERSE 1u

/* Takes rows. */
typedef struct sr_row_sink {
  uint32_t size;
  uint32_t reserved;
  void* context;
  /* [call-thread] Must not call the transaction that it is called from. */
  sr_status (*row)(void* context, sr_bytes key, uint64_t version, sr_bytes value);
} sr_row_sink;

/* How an instance is. */
typedef struct sr_storage_health {
  uint32_t size;   /* sizeof(sr_storage_health) of the plugin */
  uint32_t flags;  /* SR_HEALTH_* */
  uint64_t rows;   /* approximate number of rows */
  uint64_t bytes;  /* approximate size on disk; 0 when nothing is kept on one */
  uint64_t mark;   /* of the last commit; 0 before the first */
  sr_bytes detail; /* one sentence, safe to show */
} sr_storage_health;

#define SR_HEALTH_GOOD 1u    /* no damage is known */
#define SR_HEALTH_UNCLEAN 2u /* the instance before this one was not closed; a thorough check is worth its time */

typedef struct sr_health_sink {
  uint32_t size;
  uint32_t reserved;
  void* context;
  /* [call-thread] Called once by a successful `health`. */
  void (*health)(void* context, const sr_storage_health* health);
} sr_health_sink;

/* Flags of begin. */
#define SR_BEGIN_READ 0u
#define SR_BEGIN_WRITE 1u

/* Flags of health. */
#define SR_HEALTH_QUICK 0u
#define SR_HEALTH_THOROUGH 1u /* reads everything and checks it; may take minutes */

/* Every function must be present. `error` is never null. Outputs through pointers are written only with SR_OK. */
typedef struct sr_storage_v1 {
  uint32_t size; /* sizeof(sr_storage_v1) of the plugin */
  uint32_t reserved;

  /* [thread-safe] Opens what lies at the configured place, creating it when nothing is there. `host` stays valid until
   * close. What lies there and was not written by this plugin is SR_CORRUPT; a newer format is SR_UNSUPPORTED. */
  sr_status (*open)(const sr_storage_config* config, const sr_host* host, sr_storage** storage,
                    const sr_error_sink* error);

  /* [thread-safe] Ends the instance; all its transactions have ended before. The handle is gone afterwards. */
  void (*close)(sr_storage* storage);

  /* [thread-safe] Reports through `sink`. Damage is a report without SR_HEALTH_GOOD, not a failure of the call. */
  sr_status (*health)(sr_storage* storage, uint32_t flags, const sr_health_sink* sink, const sr_error_sink* error);

  /* [thread-safe] Begins a transaction over `scope_count` scopes. A second writer is SR_BUSY at once. */
  sr_status (*begin)(sr_storage* storage, uint32_t flags, const sr_bytes* scopes, uint32_t scope_count,
                     sr_transaction** transaction, const sr_error_sink* error);

  /* [storage-thread] Calls `sink` once with the row, or returns SR_NOT_FOUND without calling it. */
  sr_status (*get)(sr_transaction* transaction, const sr_row_key* key, const sr_row_sink* sink,
                   const sr_error_sink* error);

  /* [storage-thread] Calls `sink` for each row of the range in order. */
  sr_status (*scan)(sr_transaction* transaction, const sr_range* range, const sr_row_sink* sink,
                    const sr_error_sink* error);

  /* [storage-thread] Writes the row, replacing one that is there. In a read transaction: SR_INVALID. */
  sr_status (*put)(sr_transaction* transaction, const sr_row_key* key, uint64_t version, sr_bytes value,
                   const sr_error_sink* error);

  /* [storage-thread] Writes the row only when its present version is `expected`, 0 meaning that there is no row;
   * SR_CONFLICT otherwise. In a read transaction: SR_INVALID. */
  sr_status (*put_if)(sr_transaction* transaction, const sr_row_key* key, uint64_t expected, uint64_t version,
                      sr_bytes value, const sr_error_sink* error);

  /* [storage-thread] Removes the row; SR_OK also when there is none. In a read transaction: SR_INVALID. */
  sr_status (*erase)(sr_transaction* transaction, const sr_row_key* key, const sr_error_sink* error);

  /* [storage-thread] Marks the present state of a write transaction. One mark at a time: SR_INVALID when one is set. */
  sr_status (*savepoint)(sr_transaction* transaction, const sr_error_sink* error);

  /* [storage-thread] Forgets the mark and keeps what was written since. SR_INVALID without a mark. */
  sr_status (*release)(sr_transaction* transaction, const sr_error_sink* error);

  /* [storage-thread] Undoes what was written since the mark, and forgets the mark. SR_INVALID without a mark. */
  sr_status (*rollback_to)(sr_transaction* transaction, const sr_error_sink* error);

  /* [storage-thread] Makes all writes of the transaction visible and durable at once, and stores `mark` with them. A
   * mark set by savepoint is released. The handle is gone afterwards, whatever is returned. In a read transaction:
   * SR_INVALID. */
  sr_status (*commit)(sr_transaction* transaction, uint64_t mark, const sr_error_sink* error);

  /* [storage-thread] Ends a transaction and undoes its writes. The handle is gone afterwards. Cannot fail. */
  void (*rollback)(sr_transaction* transaction);

  /* [thread-safe] Writes a consistent copy of everything to `sink`, in a format of the plugin's own that `open` takes
   * when it lies at the place, and under the name, that the plugin's documentation gives. Readers and the writer go on.
   * SR_UNSUPPORTED from a plugin that keeps nothing beyond close. */
  sr_status (*backup)(sr_storage* storage, const sr_byte_sink* sink, const sr_error_sink* error);
} sr_storage_v1;

#endif
