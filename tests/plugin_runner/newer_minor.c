/* An exporter of a later revision of the same major: its entry says so, and its table has grown. */
#include <stddef.h>
#include <string.h>

#include <strongroom/abi/entry.h>
#include <strongroom/abi/exporter.h>

struct grown {
  sr_exporter_v1 known;
  void (*unknown)(void);
};

static const sr_byte_sink* output;

static sr_status write_text(const char* text) {
  const sr_bytes piece = {(const uint8_t*)text, strlen(text)};
  return output->write(output->context, piece);
}

static sr_status begin(const sr_export_config* config, const sr_host* host, const sr_byte_sink* sink,
                       sr_export** export_, const sr_error_sink* error) {
  (void)config;
  (void)host;
  (void)error;
  output = sink;
  *export_ = (sr_export*)&output;
  return SR_OK;
}

static sr_status sheet(sr_export* export_, const sr_sheet* wanted, const sr_error_sink* error) {
  (void)export_;
  (void)wanted;
  (void)error;
  return write_text("a sheet\n");
}

static sr_status rows(sr_export* export_, const sr_cell* cells, uint32_t row_count, const sr_error_sink* error) {
  (void)export_;
  (void)cells;
  (void)row_count;
  (void)error;
  return SR_OK;
}

static sr_status end(sr_export* export_, const sr_error_sink* error) {
  (void)export_;
  (void)error;
  return write_text("the end\n");
}

static void abandon(sr_export* export_) {
  (void)export_;
}

static void unknown(void) {}

static const struct grown table = {{sizeof(struct grown), 0, begin, sheet, rows, end, abandon}, unknown};

static const void* get_extension(const char* id) {
  return strcmp(id, SR_EXPORTER_V1_ID) == 0 ? &table : NULL;
}

SR_EXPORT const sr_plugin_entry strongroom_plugin_entry = {sizeof(sr_plugin_entry),
                                                           SR_ABI_MAJOR,
                                                           SR_ABI_MINOR + 7,
                                                           "com.example.exporter.newer",
                                                           "Newer",
                                                           "2.0",
                                                           get_extension};
