// The C table of an exporter plugin class, and the checks that are the same for all of them. Included by exporter.h;
// nothing here is for plugin authors.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <strongroom/plugin/exporter.h>

namespace strongroom::plugin {
namespace detail {

// Milliseconds since 1970-01-01 00:00 UTC, proleptic Gregorian.
inline constexpr std::int64_t k_year_1 = -62'135'596'800'000;
inline constexpr std::int64_t k_end_of_9999 = 253'402'300'799'999;

struct OpenExport {
  explicit OpenExport(const sr_byte_sink* sink) : output(sink) {}

  ByteSink output;
  std::unique_ptr<Exporter> exporter;
  Sheet sheet;
  std::vector<std::string> names;  // of all sheets so far
};

inline OpenExport& of(sr_export* handle) noexcept {
  return *reinterpret_cast<OpenExport*>(handle);
}

inline Error bad_export(const char* sentence) {
  return make_error(ErrorCode::invalid_argument, sentence);
}

inline std::string text_of(sr_bytes text) {
  return std::string(as_text(from_abi(text)));
}

// A name for machines: 1 to SR_MAX_NAME bytes of a-z 0-9 _.
inline bool is_name(std::string_view name) noexcept {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= SR_MAX_NAME && std::all_of(name.begin(), name.end(), fits);
}

inline Result<Column> checked(const sr_column& column, const std::vector<Column>& before) {
  if (column.type == SR_CELL_EMPTY || column.type > SR_CELL_TIME) return bad_export("a column's type is not known");
  if (column.width == 0 || column.width > 255) return bad_export("a column's width is out of bounds");
  Column out{text_of(column.name), text_of(column.title), static_cast<CellType>(column.type), column.width};
  if (!is_name(out.name)) return bad_export("a column's name must be a-z, 0-9 and _");
  for (const Column& other : before)
    if (other.name == out.name) return bad_export("two columns have the same name");
  return out;
}

inline Result<Sheet> checked(const sr_sheet& sheet, const std::vector<std::string>& before) {
  if (sheet.column_count == 0 || sheet.column_count > SR_EXPORT_MAX_COLUMNS)
    return bad_export("the number of columns is out of bounds");
  Sheet out{text_of(sheet.name), text_of(sheet.title), {}};
  if (!is_name(out.name)) return bad_export("a sheet's name must be a-z, 0-9 and _");
  if (std::find(before.begin(), before.end(), out.name) != before.end())
    return bad_export("two sheets have the same name");
  for (const sr_column& column : std::span(sheet.columns, sheet.column_count)) {
    STRONGROOM_ASSIGN(Column taken, checked(column, out.columns));
    out.columns.push_back(std::move(taken));
  }
  return out;
}

inline Status checked(const sr_cell& cell, CellType column) {
  if (cell.type == SR_CELL_EMPTY) return {};
  if (cell.type != static_cast<std::uint32_t>(column)) return bad_export("a cell is not of its column's type");
  switch (cell.type) {
    case SR_CELL_TEXT:
      if (cell.text.size > SR_EXPORT_MAX_TEXT) return bad_export("a text is too long");
      break;
    case SR_CELL_REAL:
      if (!std::isfinite(cell.real)) return bad_export("a number is not finite");
      break;
    case SR_CELL_BOOLEAN:
      if (cell.integer != 0 && cell.integer != 1) return bad_export("a boolean is neither 0 nor 1");
      break;
    case SR_CELL_TIME:
      if (cell.integer < k_year_1 || cell.integer > k_end_of_9999)
        return bad_export("a time is not of the years 1 to 9999");
      break;
    default:
      break;
  }
  return {};
}

// What the sink said last is the outcome.
template <class Body>
sr_status exporting(OpenExport& open, const sr_error_sink* error, Body&& body) noexcept {
  const sr_status status = guarded(error, std::forward<Body>(body));
  return open.output.status() != SR_OK ? open.output.status() : status;
}

template <class T>
sr_status begin_export(const sr_export_config* config, const sr_host* host, const sr_byte_sink* output,
                       sr_export** handle, const sr_error_sink* error) noexcept {
  std::unique_ptr<OpenExport> open;
  const sr_status status = guarded(error, [&]() -> Status {
    open = std::make_unique<OpenExport>(output);
    const Document document{text_of(config->title), text_of(config->subject), text_of(config->author),
                            config->created_ms};
    STRONGROOM_ASSIGN(open->exporter,
                      T::begin(document, Settings(config->settings, config->setting_count), Host(host), open->output));
    return {};
  });
  if (status != SR_OK) return status;
  if (open->output.status() != SR_OK) return open->output.status();
  *handle = reinterpret_cast<sr_export*>(open.release());
  return SR_OK;
}

inline sr_status sheet(sr_export* handle, const sr_sheet* wanted, const sr_error_sink* error) noexcept {
  OpenExport& open = of(handle);
  return exporting(open, error, [&]() -> Status {
    STRONGROOM_ASSIGN(open.sheet, checked(*wanted, open.names));
    open.names.push_back(open.sheet.name);
    return open.exporter->sheet(open.sheet);
  });
}

inline sr_status rows(sr_export* handle, const sr_cell* cells, std::uint32_t count,
                      const sr_error_sink* error) noexcept {
  OpenExport& open = of(handle);
  return exporting(open, error, [&]() -> Status {
    const std::size_t columns = open.sheet.columns.size();
    if (columns == 0) return bad_export("there is no sheet yet");
    if (count > SR_EXPORT_MAX_ROWS) return bad_export("too many rows at once");
    for (std::size_t i = 0; i < count * columns; ++i)
      STRONGROOM_CHECK(checked(cells[i], open.sheet.columns[i % columns].type));
    return open.exporter->rows(Rows(cells, count, columns));
  });
}

inline void abandon(sr_export* handle) noexcept {
  delete &of(handle);
}

inline sr_status end(sr_export* handle, const sr_error_sink* error) noexcept {
  OpenExport& open = of(handle);
  const sr_status status = exporting(open, error, [&] { return open.exporter->end(); });
  abandon(handle);
  return status;
}

template <class T>
inline constexpr sr_exporter_v1 k_exporter_table = {
    sizeof(sr_exporter_v1), 0, &begin_export<T>, &sheet, &rows, &end, &abandon};

}  // namespace detail

template <class T>
const void* Exporter::extension(const char* id) noexcept {
  static_assert(std::is_base_of_v<Exporter, T>);
  return std::string_view(id) == SR_EXPORTER_V1_ID ? &detail::k_exporter_table<T> : nullptr;
}

}  // namespace strongroom::plugin
