/* strongroom.monitor/1: what happens in the daemon, told as it happens.
 *
 * FROZEN. The table grows only at its end; a changed meaning gets a new id beside this one.
 *
 * A monitor hears of events and of measured values, and tells them to somebody else: a log, a metrics server. It can
 * ask for nothing and decide nothing, and nothing waits for it: a monitor that is too slow loses events, and `lost`
 * says how many.
 *
 * Redacted. An event says who did what and how it ended. It never says the name of a secret, what a client said of
 * itself or why, or any value; objects are opaque ids, the same as long as the store lives.
 *
 * Descriptors. A monitor opens nothing itself. What its manifest asks for by a right is opened by the host and handed
 * over as a setting whose value is the number of a descriptor: "journal", a datagram socket connected to the system's
 * journal; "listen", a stream socket that listens.
 *
 * Threads. Calls on a monitor come one after another. It may have threads of its own.
 */
#ifndef STRONGROOM_ABI_MONITOR_H
#define STRONGROOM_ABI_MONITOR_H

#include <stdint.h>

#include <strongroom/abi/bytes.h>
#include <strongroom/abi/host.h>
#include <strongroom/abi/status.h>

#define SR_MONITOR_V1_ID "strongroom.monitor/1"

#define SR_MONITOR_MAX_EVENTS 256u  /* of one call */
#define SR_MONITOR_MAX_METRICS 256u /* of one call */

/* The plugin's own object. */
typedef struct sr_monitor sr_monitor;

typedef struct sr_event {
  uint64_t sequence; /* in the audit log */
  int64_t time_ms;   /* milliseconds since 1970-01-01 00:00 UTC */
  uint64_t count;    /* how many equal events it stands for, at least 1 */
  uint64_t request;  /* number of the request; 0: none */
  uint64_t uid;      /* of the peer; of the daemon's own events that of the daemon */
  sr_bytes action;   /* "secret.get" */
  sr_bytes phase;    /* "single", "intent", "outcome" or "recovered" */
  sr_bytes decision; /* "allowed" or "denied" */
  sr_bytes result;   /* "ok" or the name of an error; empty in an intent */
  sr_bytes actor;    /* "uid:1000", "system" */
  sr_bytes objects;  /* ids in hex, split by spaces */
} sr_event;

/* A value that only grows, and one that goes up and down. */
#define SR_METRIC_COUNTER 1u
#define SR_METRIC_GAUGE 2u
/* Since 1.1: a histogram of durations is some of the first kind with the same name, one behind the other with growing
 * `exponent`, and one of the second. The value of a bucket is how many durations were at most 2^exponent microseconds
 * long, those of the buckets before included; the last bucket, SR_METRIC_ALL, counts all. A sum is in seconds. */
#define SR_METRIC_BUCKET 3u
#define SR_METRIC_SUM 4u
#define SR_METRIC_ALL 255u

typedef struct sr_metric {
  uint32_t kind;     /* SR_METRIC_*; another one is left out */
  uint32_t exponent; /* of a bucket; else 0 */
  double value;
  sr_bytes name; /* a-z 0-9 _, such as "connections" */
  sr_bytes help; /* one sentence */
} sr_metric;

typedef struct sr_monitor_config {
  uint32_t size;              /* sizeof(sr_monitor_config) of the host */
  uint32_t setting_count;     /* settings at `settings` */
  const sr_setting* settings; /* what the administrator configured, and descriptors by rights. An unknown setting is
                                 SR_INVALID. */
} sr_monitor_config;

/* Every function must be present. `error` is never null. */
typedef struct sr_monitor_v1 {
  uint32_t size; /* sizeof(sr_monitor_v1) of the plugin */
  uint32_t reserved;

  /* [thread-safe] Begins. `host` stays valid until close. */
  sr_status (*open)(const sr_monitor_config* config, const sr_host* host, sr_monitor** monitor,
                    const sr_error_sink* error);

  /* [storage-thread] Takes events in their order. `lost` is how many were thrown away before them since the last call.
   */
  sr_status (*events)(sr_monitor* monitor, const sr_event* events, uint32_t count, uint64_t lost,
                      const sr_error_sink* error);

  /* [storage-thread] Takes what the daemon has measured, all of it anew. */
  sr_status (*metrics)(sr_monitor* monitor, const sr_metric* metrics, uint32_t count, const sr_error_sink* error);

  /* [storage-thread] Ends. The handle is gone afterwards. Cannot fail. */
  void (*close)(sr_monitor* monitor);
} sr_monitor_v1;

#endif
