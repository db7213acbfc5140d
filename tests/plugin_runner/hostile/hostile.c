/* The entry, and what makes a module the kind that it is. The table is that of an exporter, a storage or a monitor. */
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

int is_kind(const char* name) {
  return strcmp(kind_name, name) == 0;
}

static const struct hostile_kind* find_kind(void) {
  const struct hostile_kind* const all[] = {crash_kinds,  frame_kinds,   file_kinds,   link_kinds,
                                            memory_kinds, process_kinds, socket_kinds, system_kinds,
                                            answer_kinds, storage_kinds, monitor_kinds};
  for (size_t i = 0; i < sizeof all / sizeof *all; ++i)
    for (const struct hostile_kind* row = all[i]; row->name != NULL; ++row)
      if (is_kind(row->name)) return row;
  return NULL;
}

sr_status act_at(int moment) {
  const struct hostile_kind* const kind = find_kind();
  const sr_status status = kind != NULL && (kind->moments & moment) != 0 ? kind->act() : SR_OK;
  write_report();
  return status;
}

__attribute__((constructor)) static void load(void) {
  (void)act_at(AT_LOAD);
}

__attribute__((unused)) static const void* get_extension(const char* id) {
  (void)act_at(AT_GET);
  return hostile_table(id);
}

SR_EXPORT const sr_plugin_entry strongroom_plugin_entry = {
    HOSTILE_ENTRY_SIZE, HOSTILE_MAJOR, SR_ABI_MINOR, HOSTILE_ID, "Hostile " HOSTILE_KIND, HOSTILE_VERSION, HOSTILE_GET};
