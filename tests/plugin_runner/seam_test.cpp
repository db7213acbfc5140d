// Rows and messages as they cross to a plugin's process.
#include <gtest/gtest.h>

#include <limits>

#include "daemon/plugin_seam/cells.h"
#include "daemon/plugin_seam/messages.h"
#include "daemon/plugin_seam/shared_region.h"

namespace strongroom::plugin_seam {
namespace {

sr_cell text_cell(std::string_view text) {
  sr_cell cell{};
  cell.type = SR_CELL_TEXT;
  cell.text = {as_bytes(text).data(), text.size()};
  return cell;
}

sr_cell number_cell(std::uint32_t type, std::int64_t number) {
  sr_cell cell{};
  cell.type = type;
  cell.integer = number;
  return cell;
}

TEST(PluginCells, RoundTripEveryType) {
  Bytes room(1000);
  CellWriter writer(room);
  sr_cell real{};
  real.type = SR_CELL_REAL;
  real.real = -0.1;
  const sr_cell cells[] = {text_cell("é\n"),
                           number_cell(SR_CELL_INTEGER, std::numeric_limits<std::int64_t>::min()),
                           real,
                           number_cell(SR_CELL_BOOLEAN, 1),
                           number_cell(SR_CELL_TIME, -1),
                           sr_cell{}};
  for (const auto& cell : cells) ASSERT_TRUE(writer.cell(cell));
  writer.end_row();
  std::vector<sr_cell> read;
  ASSERT_TRUE(read_cells(BytesView(room).first(writer.used()), 1, 6, read));
  EXPECT_EQ(as_text({read[0].text.data, read[0].text.size}), "é\n");
  EXPECT_EQ(read[1].integer, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(read[2].real, -0.1);
  EXPECT_EQ(read[3].integer, 1);
  EXPECT_EQ(read[4].integer, -1);
  EXPECT_EQ(read[5].type, SR_CELL_EMPTY);
}

TEST(PluginCells, ARowThatDoesNotFitIsNotThere) {
  Bytes room(20);
  CellWriter writer(room);
  ASSERT_TRUE(writer.cell(text_cell("12345")));
  writer.end_row();
  EXPECT_FALSE(writer.cell(text_cell("123456789012")));
  writer.undo_row();
  std::vector<sr_cell> read;
  EXPECT_TRUE(read_cells(BytesView(room).first(writer.used()), writer.rows(), 1, read));
}

TEST(PluginCells, EveryCutAndEveryFlippedByteIsReadSafely) {
  Bytes room(200);
  CellWriter writer(room);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(writer.cell(text_cell("text")));
    ASSERT_TRUE(writer.cell(number_cell(SR_CELL_BOOLEAN, 0)));
    writer.end_row();
  }
  const Bytes whole(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(writer.used()));
  std::vector<sr_cell> read;
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(read_cells(BytesView(whole).first(size), 3, 2, read)) << size;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Bytes changed = whole;
    changed[at] ^= 0xff;
    if (!read_cells(changed, 3, 2, read)) continue;
    for (const auto& cell : read)
      if (cell.type == SR_CELL_TEXT) {
        EXPECT_LE(cell.text.data + cell.text.size, changed.data() + changed.size());
      }
  }
}

TEST(PluginMessages, RefuseEveryCut) {
  const Bytes load = encode(LoadCall{.extension = "strongroom.exporter/1", .scratch = "/scratch", .folder = "/kept"});
  for (std::size_t size = 0; size < load.size(); ++size) EXPECT_FALSE(decode_load(BytesView(load).first(size)));
  ASSERT_TRUE(decode_load(load));
  const Bytes sheet = encode(SheetCall{"events", "Events", {{"time", "Time", 5, 20}}});
  for (std::size_t size = 0; size < sheet.size(); ++size) EXPECT_FALSE(decode_sheet(BytesView(sheet).first(size)));
  ASSERT_TRUE(decode_sheet(sheet));
  const Bytes call = encode(ExportCall{{{"a", "b"}}, "t", "s", "w", 1, 4, 100});
  for (std::size_t size = 0; size < call.size(); ++size) EXPECT_FALSE(decode_export(BytesView(call).first(size)));
  ASSERT_TRUE(decode_export(call));
}

TEST(PluginRegion, IsTheSameOnBothSidesAndCannotShrink) {
  auto ours = SharedRegion::create(2, 4096);
  ASSERT_TRUE(ours);
  const platform::Descriptor passed(dup(ours->descriptor()));
  auto theirs = SharedRegion::map(passed, 2, 4096);
  ASSERT_TRUE(theirs);
  ours->slot(1)[4095] = 42;
  EXPECT_EQ(theirs->slot(1)[4095], 42);
  EXPECT_NE(ftruncate(passed.get(), 0), 0);
  EXPECT_NE(ftruncate(passed.get(), 1 << 20), 0);
  EXPECT_FALSE(SharedRegion::map(passed, 3, 4096));
}

}  // namespace
}  // namespace strongroom::plugin_seam
