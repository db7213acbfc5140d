// An exporter plugin in C++: derive from Exporter, return Status, throw if you must.
//
// The contract is that of abi/exporter.h. The kit keeps the parts of it that are the same for everybody, so that
// a plugin never sees them: the order of the calls, bounds, types that are not known, failing sinks, exceptions.
//
//   class Csv final : public strongroom::plugin::Exporter {
//    public:
//     static constexpr const char* k_id = "com.example.exporter.csv";
//     static constexpr const char* k_name = "Comma-separated values";
//     static constexpr const char* k_version = "1.0.0";
//     static Result<std::unique_ptr<Exporter>> begin(const Document&, const Settings&, const Host&, ByteSink& output);
//     ...
//   };
//   STRONGROOM_PLUGIN(Csv)
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom/abi/exporter.h>
#include <strongroom/plugin/byte_sink.h>
#include <strongroom/plugin/plugin.h>

namespace strongroom::plugin {

enum class CellType : std::uint8_t {
  empty = SR_CELL_EMPTY,
  text = SR_CELL_TEXT,
  integer = SR_CELL_INTEGER,
  real = SR_CELL_REAL,
  boolean = SR_CELL_BOOLEAN,
  time = SR_CELL_TIME,
};

// One cell of a row, a view on what the host passed: valid during the call. Only the member of its type is to be asked
// for.
class Cell {
 public:
  explicit Cell(const sr_cell& cell) noexcept : cell_(&cell) {}

  CellType type() const noexcept { return static_cast<CellType>(cell_->type); }

  std::string_view text() const noexcept { return as_text(from_abi(cell_->text)); }

  std::int64_t integer() const noexcept { return cell_->integer; }

  double real() const noexcept { return cell_->real; }

  bool boolean() const noexcept { return cell_->integer != 0; }

  // Milliseconds since 1970-01-01 00:00 UTC.
  std::int64_t time_ms() const noexcept { return cell_->integer; }

 private:
  const sr_cell* cell_;
};

struct Column {
  std::string name;   // for machines
  std::string title;  // for people
  CellType type = CellType::text;
  std::uint32_t width = 0;  // characters that the cells usually need
};

struct Sheet {
  std::string name;
  std::string title;
  std::vector<Column> columns;
};

// The rows of one call.
class Rows {
 public:
  Rows(const sr_cell* cells, std::size_t rows, std::size_t columns) noexcept
      : cells_(cells), rows_(rows), columns_(columns) {}

  std::size_t size() const noexcept { return rows_; }

  std::size_t columns() const noexcept { return columns_; }

  Cell cell(std::size_t row, std::size_t column) const noexcept { return Cell(cells_[row * columns_ + column]); }

 private:
  const sr_cell* cells_;
  std::size_t rows_;
  std::size_t columns_;
};

struct Document {
  std::string title;
  std::string subject;
  std::string author;
  std::int64_t created_ms = 0;
};

// One export. Calls come one after another; destruction without end() abandons it. A plugin class adds k_id, k_name,
// k_version and begin(), as above; `output` outlives it.
class Exporter {
 public:
  virtual ~Exporter() = default;
  // The first call. `unsupported` for a second sheet when the format has none.
  virtual Status sheet(const Sheet& sheet) = 0;
  virtual Status rows(const Rows& rows) = 0;
  // The last call.
  virtual Status end() = 0;

  // The table behind plugin class T (plugin/exporter_table.h).
  template <class T>
  static const void* extension(const char* id) noexcept;
};

}  // namespace strongroom::plugin

#include <strongroom/plugin/exporter_table.h>  // IWYU pragma: export
