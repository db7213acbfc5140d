/* An exporter that behaves except for its act. */
#include <string.h>

#include "hostile.h"

static sr_status begin(const sr_export_config* config, const sr_host* host, const sr_byte_sink* output,
                       sr_export** export_, const sr_error_sink* error) {
  world = (struct hostile_world){config->settings, config->setting_count, host, output, error};
  if (!is_kind("null_handle")) *export_ = (sr_export*)&world;
  return act_at(AT_BEGIN);
}

static sr_status sheet(sr_export* export_, const sr_sheet* one, const sr_error_sink* error) {
  (void)export_;
  (void)one;
  world.setting_count = 0;
  world.error = error;
  return act_at(AT_SHEET);
}

static sr_status rows(sr_export* export_, const sr_cell* cells, uint32_t row_count, const sr_error_sink* error) {
  (void)export_;
  (void)cells;
  (void)row_count;
  world.error = error;
  return act_at(AT_ROWS);
}

static sr_status end(sr_export* export_, const sr_error_sink* error) {
  (void)export_;
  world.error = error;
  const sr_status status = act_at(AT_END);
  say("complete");
  write_report();
  return status;
}

static void abandon(sr_export* export_) {
  (void)export_;
  (void)act_at(AT_ABANDON);
}

const void* hostile_table(const char* id) {
  static sr_exporter_v1 table = {sizeof table, 0, begin, sheet, rows, end, abandon};
  if (strcmp(id, SR_EXPORTER_V1_ID) != 0 || is_kind("no_table")) return NULL;
  if (is_kind("short_table")) table.size = 8;
  if (is_kind("no_begin")) table.begin = NULL;
  if (is_kind("no_sheet")) table.sheet = NULL;
  if (is_kind("no_rows")) table.rows = NULL;
  if (is_kind("no_end")) table.end = NULL;
  if (is_kind("no_abandon")) table.abandon = NULL;
  return &table;
}
