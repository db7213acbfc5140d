// What comes from a plugin's process, and what its process reads: the first byte says which parser.
#include "daemon/plugin_host/manifest.h"
#include "daemon/plugin_seam/cells.h"
#include "daemon/plugin_seam/messages.h"
#include "daemon/plugin_seam/monitor_calls.h"
#include "daemon/plugin_seam/storage_calls.h"

namespace {

using namespace strongroom;
using namespace strongroom::plugin_seam;

void read_rows(BytesView content) {
  ByteReader reader(content);
  while (reader.left() > 0)
    if (!read_row(reader)) return;
}

void read_operations(BytesView content) {
  ByteReader reader(content);
  while (reader.left() > 0)
    if (!read_operation(reader)) return;
}

void read_all_cells(BytesView content) {
  std::vector<sr_cell> cells;
  for (const std::size_t columns : {1U, 3U, 64U}) (void)read_cells(content, 4, columns, cells);
}

void read_monitor(BytesView content) {
  std::uint64_t lost = 0;
  (void)read_events(content, lost);
  (void)read_metrics(content);
  (void)decode_open_monitor(content);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const BytesView content(data + 1, size - 1);
  switch (data[0] % 8) {
    case 0:
      (void)decode_outcome(content);
      (void)decode_loaded(content);
      break;
    case 1:
      (void)decode_load(content);
      (void)decode_export(content);
      break;
    case 2:
      (void)decode_sheet(content);
      (void)decode_open_storage(content);
      break;
    case 3:
      read_all_cells(content);
      break;
    case 4:
      read_rows(content);
      break;
    case 5:
      read_operations(content);
      break;
    case 6:
      read_monitor(content);
      break;
    default:
      (void)plugin_host::parse_manifest(as_text(content));
      (void)decode_health(content);
  }
  return 0;
}
