/* strongroom.exporter/1: rows in, one file of one format out.
 *
 * FROZEN. The table grows only at its end; a changed meaning gets a new id beside this one.
 *
 * An export is: begin, then for each sheet `sheet` and any number of `rows`, then `end` or `abandon`. The host decides
 * what is exported and who may see it; a plugin gets exactly the rows that the caller may have, once, and can ask for
 * nothing. The bytes of the file go to the byte sink that `begin` was given, in order, from within any call but
 * `abandon`. The sink stays valid until `end` or `abandon` has returned.
 *
 * Hostile contents. Every text of every row may have been chosen by an attacker who wants the reader of the file to run
 * something. An exporter of a format whose readers execute cells (formulas) or markup writes them so that they do not.
 * It never changes a value that needs no such care.
 *
 * Limits. The host keeps to: 1..SR_EXPORT_MAX_COLUMNS columns, texts of at most SR_EXPORT_MAX_TEXT bytes, names of at
 * most SR_MAX_NAME bytes, at most SR_EXPORT_MAX_ROWS rows a call. All texts are UTF-8 and may hold any character but
 * U+0000. The number of rows of a sheet has no bound; a plugin's memory must not grow with it.
 *
 * Failing sinks. When the sink returns something other than SR_OK, the plugin calls it no more and returns this number.
 *
 * Failures. After a call that failed the export is only abandoned; what was written is thrown away by the host.
 */
#ifndef STRONGROOM_ABI_EXPORTER_H
#define STRONGROOM_ABI_EXPORTER_H

#include <stdint.h>

#include <strongroom/abi/bytes.h>
#include <strongroom/abi/host.h>
#include <strongroom/abi/status.h>

#define SR_EXPORTER_V1_ID "strongroom.exporter/1"

#define SR_EXPORT_MAX_COLUMNS 64u
#define SR_EXPORT_MAX_TEXT 65536u
#define SR_EXPORT_MAX_ROWS 4096u

/* The plugin's own object; a host only carries the pointer. */
typedef struct sr_export sr_export;

/* What a cell holds, and what the cells of a column hold besides SR_CELL_EMPTY. A plugin treats a type that it does not
 * know as SR_INVALID. */
#define SR_CELL_EMPTY 0u
#define SR_CELL_TEXT 1u    /* `text` */
#define SR_CELL_INTEGER 2u /* `integer` */
#define SR_CELL_REAL 3u    /* `real`, finite */
#define SR_CELL_BOOLEAN 4u /* `integer`, 0 or 1 */
#define SR_CELL_TIME 5u    /* `integer`: milliseconds since 1970-01-01 00:00 UTC, years 1 to 9999 */

typedef struct sr_cell {
  uint32_t type;
  uint32_t reserved; /* 0 */
  int64_t integer;
  double real;
  sr_bytes text;
} sr_cell;

typedef struct sr_column {
  sr_bytes name;  /* for machines: "time"; unique within the sheet, 1 to SR_MAX_NAME bytes, a-z 0-9 _ */
  sr_bytes title; /* for people: "Time" */
  uint32_t type;  /* SR_CELL_*, not SR_CELL_EMPTY */
  uint32_t width; /* characters that the cells usually need, 1 to 255 */
} sr_column;

typedef struct sr_sheet {
  uint32_t size;         /* sizeof(sr_sheet) of the host */
  uint32_t column_count; /* columns at `columns` */
  const sr_column* columns;
  sr_bytes name; /* for machines: "events"; unique within the export, as a column's */
  sr_bytes title;
} sr_sheet;

typedef struct sr_export_config {
  uint32_t size;              /* sizeof(sr_export_config) of the host */
  uint32_t setting_count;     /* settings at `settings` */
  const sr_setting* settings; /* what the administrator configured, and "scratch" when the manifest asks for that right:
                                 an empty folder, absolute, for files that are gone after the export. An unknown setting
                                 is SR_INVALID. */
  sr_bytes title;             /* of the document: "Audit log" */
  sr_bytes subject;           /* one sentence: what was asked for, "since 2026-11-01, action secret.get" */
  sr_bytes author;            /* who asked for it */
  int64_t created_ms;         /* milliseconds since 1970-01-01 00:00 UTC */
} sr_export_config;

/* Every function must be present. `error` is never null. Outputs through pointers are written only with SR_OK. */
typedef struct sr_exporter_v1 {
  uint32_t size; /* sizeof(sr_exporter_v1) of the plugin */
  uint32_t reserved;

  /* [thread-safe] Begins an export. `host` and `output` stay valid until it has ended. */
  sr_status (*begin)(const sr_export_config* config, const sr_host* host, const sr_byte_sink* output,
                     sr_export** export_, const sr_error_sink* error);

  /* [storage-thread] Begins a sheet; the one before it is complete. A format without sheets answers SR_UNSUPPORTED to
   * the second one. */
  sr_status (*sheet)(sr_export* export_, const sr_sheet* sheet, const sr_error_sink* error);

  /* [storage-thread] Takes `row_count` rows of the present sheet: row_count * column_count cells, row by row. */
  sr_status (*rows)(sr_export* export_, const sr_cell* cells, uint32_t row_count, const sr_error_sink* error);

  /* [storage-thread] Writes what is left: the file is complete. The handle is gone afterwards, whatever is returned. */
  sr_status (*end)(sr_export* export_, const sr_error_sink* error);

  /* [storage-thread] Ends an export that is not wanted any more. The handle is gone afterwards. Cannot fail. */
  void (*abandon)(sr_export* export_);
} sr_exporter_v1;

#endif
