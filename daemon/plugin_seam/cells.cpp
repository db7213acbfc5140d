#include "daemon/plugin_seam/cells.h"

#include <bit>
#include <cstring>

namespace strongroom::plugin_seam {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they are");

bool CellWriter::put(const void* data, std::size_t size) noexcept {
  if (size > room_.size() - used_) return false;
  if (size != 0) std::memcpy(room_.data() + used_, data, size);
  used_ += size;
  return true;
}

bool CellWriter::cell(const sr_cell& cell) noexcept {
  const auto type = static_cast<Byte>(cell.type);
  if (!put(&type, 1)) return false;
  switch (cell.type) {
    case SR_CELL_TEXT: {
      const auto size = static_cast<std::uint32_t>(cell.text.size);
      return put(&size, sizeof size) && put(cell.text.data, size);
    }
    case SR_CELL_REAL:
      return put(&cell.real, sizeof cell.real);
    case SR_CELL_BOOLEAN: {
      const Byte value = cell.integer != 0 ? 1 : 0;
      return put(&value, 1);
    }
    case SR_CELL_INTEGER:
    case SR_CELL_TIME:
      return put(&cell.integer, sizeof cell.integer);
    default:
      return true;
  }
}

namespace {

// False: the content ends within it, or its type is not known.
bool read_cell(const Byte*& at, const Byte* end, sr_cell& cell) noexcept {
  const auto left = [&] { return static_cast<std::size_t>(end - at); };
  const auto take = [&](void* into, std::size_t size) {
    if (left() < size) return false;
    std::memcpy(into, at, size);
    at += size;
    return true;
  };
  Byte type = 0;
  if (!take(&type, 1)) return false;
  cell.type = type;
  switch (type) {
    case SR_CELL_EMPTY:
      return true;
    case SR_CELL_TEXT: {
      std::uint32_t size = 0;
      if (!take(&size, sizeof size) || size > SR_EXPORT_MAX_TEXT || left() < size) return false;
      cell.text = {at, size};
      at += size;
      return true;
    }
    case SR_CELL_REAL:
      return take(&cell.real, sizeof cell.real);
    case SR_CELL_BOOLEAN: {
      Byte value = 0;
      if (!take(&value, 1) || value > 1) return false;
      cell.integer = value;
      return true;
    }
    case SR_CELL_INTEGER:
    case SR_CELL_TIME:
      return take(&cell.integer, sizeof cell.integer);
    default:
      return false;
  }
}

}  // namespace

Status read_cells(BytesView content, std::size_t rows, std::size_t columns, std::vector<sr_cell>& cells) {
  const Error malformed = make_error(ErrorCode::malformed, "the rows of an export are malformed");
  if (columns == 0 || columns > SR_EXPORT_MAX_COLUMNS || rows > SR_EXPORT_MAX_ROWS) return malformed;
  cells.assign(rows * columns, sr_cell{});
  const Byte* at = content.data();
  const Byte* const end = at + content.size();
  for (sr_cell& cell : cells)
    if (!read_cell(at, end, cell)) return malformed;
  if (at != end) return malformed;
  return {};
}

}  // namespace strongroom::plugin_seam
