/* A monitor that behaves except for its act: it takes what it is told and tells it nobody. */
#include <stdio.h>
#include <string.h>
#include <strongroom/abi/monitor.h>

#include "hostile.h"

static sr_status open_(const sr_monitor_config* config, const sr_host* host, sr_monitor** monitor,
                       const sr_error_sink* error) {
  world = (struct hostile_world){config->settings, config->setting_count, host, NULL, error};
  if (!is_kind("monitor_no_handle")) *monitor = (sr_monitor*)&world;
  const sr_status status = act_at(AT_OPEN);
  world.setting_count = 0;
  return status;
}

/* All that it has heard, for the test that looks for what it must not hear. */
static void tell(const sr_event* event) {
  const sr_bytes texts[] = {event->action, event->phase, event->decision, event->result, event->actor, event->objects};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; ++i)
    say("heard: %.*s", (int)texts[i].size, (const char*)texts[i].data);
}

static sr_status events(sr_monitor* monitor, const sr_event* list, uint32_t count, uint64_t lost,
                        const sr_error_sink* error) {
  (void)monitor;
  (void)lost;
  world.error = error;
  for (uint32_t i = 0; is_kind("monitor_tell") && i < count; ++i) tell(&list[i]);
  return act_at(AT_EVENTS);
}

static sr_status metrics(sr_monitor* monitor, const sr_metric* list, uint32_t count, const sr_error_sink* error) {
  (void)monitor;
  (void)list;
  (void)count;
  world.error = error;
  return act_at(AT_METRICS);
}

static void close_(sr_monitor* monitor) {
  (void)monitor;
  (void)act_at(AT_CLOSE);
}

const void* hostile_table(const char* id) {
  static sr_monitor_v1 table = {sizeof table, 0, open_, events, metrics, close_};
  if (strcmp(id, SR_MONITOR_V1_ID) != 0 || is_kind("monitor_no_table")) return NULL;
  if (is_kind("monitor_short_table")) table.size = 8;
  if (is_kind("monitor_long_table")) table.size = UINT32_MAX;
  if (is_kind("monitor_no_open")) table.open = NULL;
  if (is_kind("monitor_no_events")) table.events = NULL;
  if (is_kind("monitor_no_metrics")) table.metrics = NULL;
  if (is_kind("monitor_no_close")) table.close = NULL;
  return &table;
}
