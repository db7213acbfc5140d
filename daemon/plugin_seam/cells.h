// Rows of an export as they lie in a slot of the region that the daemon shares with a plugin's process.
//
// A cell is a u8 type (SR_CELL_*) and: nothing for an empty one; u32 length and bytes of a text; 8 bytes of an integer,
// a real (IEEE 754) or a time; one byte of a boolean. Integers are little-endian.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <strongroom/abi/exporter.h>
#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::plugin_seam {

// Writes rows into memory of a fixed size. A row that did not fit as a whole is not there.
class CellWriter {
 public:
  explicit CellWriter(MutableBytes room) noexcept : room_(room) {}

  // Only what `cell.type` says is read. False: it does not fit, and what was written of this row is to be undone.
  bool cell(const sr_cell& cell) noexcept;

  void end_row() noexcept {
    row_ = used_;
    ++rows_;
  }

  void undo_row() noexcept { used_ = row_; }

  std::size_t used() const noexcept { return used_; }

  std::uint32_t rows() const noexcept { return rows_; }

 private:
  bool put(const void* data, std::size_t size) noexcept;

  MutableBytes room_;
  std::size_t used_ = 0;
  std::size_t row_ = 0;  // where the present row begins
  std::uint32_t rows_ = 0;
};

// The cells of `rows` rows of `columns` cells; texts point into `content`. Error: malformed, also when anything is
// left.
Status read_cells(BytesView content, std::size_t rows, std::size_t columns, std::vector<sr_cell>& cells);

}  // namespace strongroom::plugin_seam
