/* A monitor of the first revision of this major: it knows counters and gauges, and nothing of what came later. */
#include <stdio.h>
#include <string.h>

#include <strongroom/abi/entry.h>
#include <strongroom/abi/monitor.h>

static const sr_host* host_;

static void say(const char* what, unsigned known, unsigned unknown) {
  char line[64];
  const int size = snprintf(line, sizeof line, "%s: %u known, %u unknown", what, known, unknown);
  const sr_bytes text = {(const uint8_t*)line, (uint64_t)size};
  host_->log(host_->context, SR_LOG_INFO, text);
}

static sr_status open_(const sr_monitor_config* config, const sr_host* host, sr_monitor** monitor,
                       const sr_error_sink* error) {
  (void)config;
  (void)error;
  host_ = host;
  *monitor = (sr_monitor*)&host_;
  return SR_OK;
}

static sr_status events(sr_monitor* monitor, const sr_event* list, uint32_t count, uint64_t lost,
                        const sr_error_sink* error) {
  (void)monitor;
  (void)list;
  (void)lost;
  (void)error;
  say("events", count, 0);
  return SR_OK;
}

static sr_status metrics(sr_monitor* monitor, const sr_metric* list, uint32_t count, const sr_error_sink* error) {
  (void)monitor;
  (void)error;
  unsigned known = 0;
  for (uint32_t i = 0; i < count; ++i) known += list[i].kind == SR_METRIC_COUNTER || list[i].kind == SR_METRIC_GAUGE;
  say("metrics", known, count - known);
  return SR_OK;
}

static void close_(sr_monitor* monitor) {
  (void)monitor;
}

static const sr_monitor_v1 table = {sizeof(sr_monitor_v1), 0, open_, events, metrics, close_};

static const void* get_extension(const char* id) {
  return strcmp(id, SR_MONITOR_V1_ID) == 0 ? &table : NULL;
}

SR_EXPORT const sr_plugin_entry strongroom_plugin_entry = {
    sizeof(sr_plugin_entry), SR_ABI_MAJOR, 0, "com.example.monitor.older", "Older", "0.9", get_extension};
