/* The entry, the table, and a plugin that behaves except for its act. */
#include "hostile.h"

#include <stdlib.h>
#include <string.h>

/* What is wrong with an entry is said by the build: the entry is constant. */
#ifndef HOSTILE_MAJOR
#define HOSTILE_MAJOR SR_ABI_MAJOR
#endif
#ifndef HOSTILE_ENTRY_SIZE
#define HOSTILE_ENTRY_SIZE sizeof(sr_plugin_entry)
#endif
#ifndef HOSTILE_ID
#define HOSTILE_ID "com.example.hostile"
#endif
/* Longer than a name may be. */
#define EIGHT_BYTES "1.0.0.0."
#define hostile_long_version                                                                                  \
  EIGHT_BYTES EIGHT_BYTES EIGHT_BYTES EIGHT_BYTES EIGHT_BYTES EIGHT_BYTES EIGHT_BYTES EIGHT_BYTES EIGHT_BYTES \
      EIGHT_BYTES EIGHT_BYTES EIGHT_BYTES EIGHT_BYTES EIGHT_BYTES EIGHT_BYTES EIGHT_BYTES
#ifndef HOSTILE_VERSION
#define HOSTILE_VERSION "1.0.0"
#endif
#ifndef HOSTILE_GET
#define HOSTILE_GET get_extension
#endif

static const char kind_name[] = HOSTILE_KIND;

static const struct hostile_kind* find_kind(void) {
  const struct hostile_kind* const all[] = {crash_kinds,   frame_kinds,  file_kinds,   link_kinds,  memory_kinds,
                                            process_kinds, socket_kinds, system_kinds, answer_kinds};
  for (size_t i = 0; i < sizeof all / sizeof *all; ++i)
    for (const struct hostile_kind* row = all[i]; row->name != NULL; ++row)
      if (strcmp(row->name, kind_name) == 0) return row;
  return NULL;
}

static sr_status act_at(int moment) {
  const struct hostile_kind* const kind = find_kind();
  const sr_status status = kind != NULL && (kind->moments & moment) != 0 ? kind->act() : SR_OK;
  if (world.output != NULL) write_report();
  return status;
}

__attribute__((constructor)) static void load(void) {
  (void)act_at(AT_LOAD);
}

static sr_status begin(const sr_export_config* config, const sr_host* host, const sr_byte_sink* output,
                       sr_export** export_, const sr_error_sink* error) {
  world = (struct hostile_world){config, host, output, error};
  if (strcmp(kind_name, "null_handle") != 0) *export_ = (sr_export*)&world;
  return act_at(AT_BEGIN);
}

static sr_status sheet(sr_export* export_, const sr_sheet* one, const sr_error_sink* error) {
  (void)export_;
  (void)one;
  world.config = NULL;
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

__attribute__((unused)) static const void* get_extension(const char* id) {
  static sr_exporter_v1 table = {sizeof table, 0, begin, sheet, rows, end, abandon};
  (void)act_at(AT_GET);
  if (strcmp(id, SR_EXPORTER_V1_ID) != 0 || strcmp(kind_name, "no_table") == 0) return NULL;
  if (strcmp(kind_name, "short_table") == 0) table.size = 8;
  if (strcmp(kind_name, "no_begin") == 0) table.begin = NULL;
  if (strcmp(kind_name, "no_sheet") == 0) table.sheet = NULL;
  if (strcmp(kind_name, "no_rows") == 0) table.rows = NULL;
  if (strcmp(kind_name, "no_end") == 0) table.end = NULL;
  if (strcmp(kind_name, "no_abandon") == 0) table.abandon = NULL;
  return &table;
}

SR_EXPORT const sr_plugin_entry strongroom_plugin_entry = {
    HOSTILE_ENTRY_SIZE, HOSTILE_MAJOR, SR_ABI_MINOR, HOSTILE_ID, "Hostile " HOSTILE_KIND, HOSTILE_VERSION, HOSTILE_GET};
