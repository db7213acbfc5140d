/* Pins every number, size and offset of the seam on machines with 64-bit pointers, which are all that are supported.
 * An assertion that fails here means that plugins built before the change stop working. Compiling is the test. */
#include <stddef.h>

#include <strongroom/abi/entry.h>
#include <strongroom/abi/exporter.h>
#include <strongroom/abi/monitor.h>
#include <strongroom/abi/storage.h>

#define AT(type, member, offset) _Static_assert(offsetof(type, member) == (offset), #type "." #member)
#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type)
#define IS(name, number) _Static_assert((name) == (number), #name)

SIZE(void*, 8);
SIZE(sr_status, 4);
IS(SR_OK, 0);
IS(SR_FAILED, 1);
IS(SR_INVALID, 2);
IS(SR_NOT_FOUND, 3);
IS(SR_CONFLICT, 4);
IS(SR_TOO_LARGE, 5);
IS(SR_CORRUPT, 6);
IS(SR_FULL, 7);
IS(SR_READ_ONLY, 8);
IS(SR_IO, 9);
IS(SR_UNSUPPORTED, 10);
IS(SR_BUSY, 11);

IS(SR_MAX_TEXT, 512);
IS(SR_MAX_NAME, 127);
IS(SR_ABI_MAJOR, 1);
IS(SR_ABI_MINOR, 1);
IS(SR_LOG_DEBUG, 0);
IS(SR_LOG_INFO, 1);
IS(SR_LOG_WARNING, 2);
IS(SR_LOG_ERROR, 3);
IS(SR_STORAGE_MAX_SCOPE, 32);
IS(SR_STORAGE_MAX_KEY, 256);
IS(SR_STORAGE_MAX_VALUE, 4194304);
IS(SR_STORAGE_MAX_SCOPES, 64);
IS(SR_SCAN_REVERSE, 1);
IS(SR_HEALTH_GOOD, 1);
IS(SR_HEALTH_UNCLEAN, 2);
IS(SR_BEGIN_READ, 0);
IS(SR_BEGIN_WRITE, 1);
IS(SR_HEALTH_QUICK, 0);
IS(SR_HEALTH_THOROUGH, 1);

SIZE(sr_bytes, 16);
AT(sr_bytes, data, 0);
AT(sr_bytes, size, 8);

SIZE(sr_error_sink, 24);
AT(sr_error_sink, size, 0);
AT(sr_error_sink, reserved, 4);
AT(sr_error_sink, context, 8);
AT(sr_error_sink, error, 16);

SIZE(sr_byte_sink, 24);
AT(sr_byte_sink, size, 0);
AT(sr_byte_sink, reserved, 4);
AT(sr_byte_sink, context, 8);
AT(sr_byte_sink, write, 16);

SIZE(sr_host, 24);
AT(sr_host, size, 0);
AT(sr_host, reserved, 4);
AT(sr_host, context, 8);
AT(sr_host, log, 16);

SIZE(sr_setting, 32);
AT(sr_setting, name, 0);
AT(sr_setting, value, 16);

SIZE(sr_plugin_entry, 40);
AT(sr_plugin_entry, size, 0);
AT(sr_plugin_entry, abi_major, 4);
AT(sr_plugin_entry, abi_minor, 6);
AT(sr_plugin_entry, id, 8);
AT(sr_plugin_entry, name, 16);
AT(sr_plugin_entry, version, 24);
AT(sr_plugin_entry, get_extension, 32);

SIZE(sr_storage_config, 16);
AT(sr_storage_config, size, 0);
AT(sr_storage_config, setting_count, 4);
AT(sr_storage_config, settings, 8);

SIZE(sr_row_key, 40);
AT(sr_row_key, collection, 0);
AT(sr_row_key, reserved, 4);
AT(sr_row_key, scope, 8);
AT(sr_row_key, key, 24);

SIZE(sr_range, 64);
AT(sr_range, collection, 0);
AT(sr_range, limit, 4);
AT(sr_range, flags, 8);
AT(sr_range, reserved, 12);
AT(sr_range, scope, 16);
AT(sr_range, first, 32);
AT(sr_range, last, 48);

SIZE(sr_row_sink, 24);
AT(sr_row_sink, size, 0);
AT(sr_row_sink, reserved, 4);
AT(sr_row_sink, context, 8);
AT(sr_row_sink, row, 16);

SIZE(sr_storage_health, 48);
AT(sr_storage_health, size, 0);
AT(sr_storage_health, flags, 4);
AT(sr_storage_health, rows, 8);
AT(sr_storage_health, bytes, 16);
AT(sr_storage_health, mark, 24);
AT(sr_storage_health, detail, 32);

SIZE(sr_health_sink, 24);
AT(sr_health_sink, size, 0);
AT(sr_health_sink, reserved, 4);
AT(sr_health_sink, context, 8);
AT(sr_health_sink, health, 16);

SIZE(sr_storage_v1, 128);
AT(sr_storage_v1, size, 0);
AT(sr_storage_v1, reserved, 4);
AT(sr_storage_v1, open, 8);
AT(sr_storage_v1, close, 16);
AT(sr_storage_v1, health, 24);
AT(sr_storage_v1, begin, 32);
AT(sr_storage_v1, get, 40);
AT(sr_storage_v1, scan, 48);
AT(sr_storage_v1, put, 56);
AT(sr_storage_v1, put_if, 64);
AT(sr_storage_v1, erase, 72);
AT(sr_storage_v1, savepoint, 80);
AT(sr_storage_v1, release, 88);
AT(sr_storage_v1, rollback_to, 96);
AT(sr_storage_v1, commit, 104);
AT(sr_storage_v1, rollback, 112);
AT(sr_storage_v1, backup, 120);

IS(SR_EXPORT_MAX_COLUMNS, 64);
IS(SR_EXPORT_MAX_TEXT, 65536);
IS(SR_EXPORT_MAX_ROWS, 4096);
IS(SR_CELL_EMPTY, 0);
IS(SR_CELL_TEXT, 1);
IS(SR_CELL_INTEGER, 2);
IS(SR_CELL_REAL, 3);
IS(SR_CELL_BOOLEAN, 4);
IS(SR_CELL_TIME, 5);

SIZE(sr_cell, 40);
AT(sr_cell, type, 0);
AT(sr_cell, reserved, 4);
AT(sr_cell, integer, 8);
AT(sr_cell, real, 16);
AT(sr_cell, text, 24);

SIZE(sr_column, 40);
AT(sr_column, name, 0);
AT(sr_column, title, 16);
AT(sr_column, type, 32);
AT(sr_column, width, 36);

SIZE(sr_sheet, 48);
AT(sr_sheet, size, 0);
AT(sr_sheet, column_count, 4);
AT(sr_sheet, columns, 8);
AT(sr_sheet, name, 16);
AT(sr_sheet, title, 32);

SIZE(sr_export_config, 72);
AT(sr_export_config, size, 0);
AT(sr_export_config, setting_count, 4);
AT(sr_export_config, settings, 8);
AT(sr_export_config, title, 16);
AT(sr_export_config, subject, 32);
AT(sr_export_config, author, 48);
AT(sr_export_config, created_ms, 64);

SIZE(sr_exporter_v1, 48);
AT(sr_exporter_v1, size, 0);
AT(sr_exporter_v1, begin, 8);
AT(sr_exporter_v1, sheet, 16);
AT(sr_exporter_v1, rows, 24);
AT(sr_exporter_v1, end, 32);
AT(sr_exporter_v1, abandon, 40);

IS(SR_MONITOR_MAX_EVENTS, 256);
IS(SR_MONITOR_MAX_METRICS, 256);
IS(SR_METRIC_COUNTER, 1);
IS(SR_METRIC_GAUGE, 2);

SIZE(sr_event, 136);
AT(sr_event, sequence, 0);
AT(sr_event, time_ms, 8);
AT(sr_event, count, 16);
AT(sr_event, request, 24);
AT(sr_event, uid, 32);
AT(sr_event, action, 40);
AT(sr_event, phase, 56);
AT(sr_event, decision, 72);
AT(sr_event, result, 88);
AT(sr_event, actor, 104);
AT(sr_event, objects, 120);

SIZE(sr_metric, 48);
AT(sr_metric, kind, 0);
AT(sr_metric, exponent, 4);
AT(sr_metric, value, 8);
AT(sr_metric, name, 16);
AT(sr_metric, help, 32);

SIZE(sr_monitor_config, 16);
AT(sr_monitor_config, settings, 8);

SIZE(sr_monitor_v1, 40);
AT(sr_monitor_v1, size, 0);
AT(sr_monitor_v1, open, 8);
AT(sr_monitor_v1, events, 16);
AT(sr_monitor_v1, metrics, 24);
AT(sr_monitor_v1, close, 32);
