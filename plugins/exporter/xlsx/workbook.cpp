#include "plugins/exporter/xlsx/workbook.h"

#include <algorithm>
#include <cstdio>
#include <mutex>

#include <strongroom/plugin/export_text.h>

#include "plugins/exporter/xlsx/cell_text.h"
#include "plugins/exporter/xlsx/zip_sizes.h"

namespace strongroom::xlsx {
namespace {

using plugin::Cell;
using plugin::CellType;

constexpr std::size_t k_longest_name = 31;      // units of a worksheet's name
constexpr std::size_t k_longest_text = 32'767;  // units of a cell
// 4 GiB is the end without ZIP64, which not every reader takes.
constexpr std::uint64_t k_largest_worksheet = 3ull << 30;
constexpr std::uint64_t k_cell_markup = 64;                   // bytes around a value, at most
constexpr std::int64_t k_digits_end = 1'000'000'000'000'000;  // spreadsheets show fifteen digits
constexpr std::int64_t k_day_ms = 86'400'000;
constexpr std::int64_t k_first_day = -25'508;   // 1900-03-01 in days since 1970
constexpr std::int64_t k_last_day = 2'932'896;  // 9999-12-31
constexpr std::int64_t k_day_number = 25'569;   // of 1970-01-01

Error files_failed() {
  return make_error(ErrorCode::storage_failed, "the temporary files of the spreadsheet cannot be written");
}

Status check(lxw_error error) {
  if (error == LXW_NO_ERROR) return {};
  switch (error) {
    case LXW_ERROR_CREATING_XLSX_FILE:
    case LXW_ERROR_CREATING_TMPFILE:
    case LXW_ERROR_READING_TMPFILE:
    case LXW_ERROR_ZIP_FILE_OPERATION:
    case LXW_ERROR_ZIP_PARAMETER_ERROR:
    case LXW_ERROR_ZIP_BAD_ZIP_FILE:
    case LXW_ERROR_ZIP_INTERNAL_ERROR:
    case LXW_ERROR_ZIP_FILE_ADD:
    case LXW_ERROR_ZIP_CLOSE:
      return files_failed();
    default:
      return make_error(ErrorCode::internal, "the spreadsheet cannot be written");
  }
}

// What it failed to allocate or to open is null.
Status check(const void* made) {
  return made != nullptr ? Status() : files_failed();
}

std::string folded(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return name;
}

}  // namespace

// The library closes the rows' files in workbook_close only.
void Workbook::Free::operator()(lxw_workbook* workbook) const noexcept {
  lxw_worksheet* worksheet = nullptr;
  STAILQ_FOREACH(worksheet, workbook->worksheets, list_pointers) {
    if (worksheet->optimize_tmpfile != nullptr) (void)std::fclose(worksheet->optimize_tmpfile);
  }
  lxw_workbook_free(workbook);
}

Result<std::unique_ptr<Workbook>> Workbook::create(const std::string& folder, const plugin::Document& document) {
  std::unique_ptr<Workbook> out(new Workbook(folder, document, "/export.xlsx"));
  STRONGROOM_CHECK(out->open());
  return out;
}

Status Workbook::open() {
  lxw_workbook_options options{};
  options.constant_memory = LXW_TRUE;
  options.tmpdir = folder_.data();
  workbook_.reset(workbook_new_opt(path_.c_str(), &options));
  STRONGROOM_CHECK(check(workbook_.get()));
  std::string title = to_property(document_.title);
  std::string subject = to_property(document_.subject);
  std::string author = to_property(document_.author);
  lxw_doc_properties properties{};
  properties.title = title.data();
  properties.subject = subject.data();
  properties.author = author.data();
  properties.created = static_cast<time_t>(document_.created_ms / 1000);
  STRONGROOM_CHECK(check(workbook_set_properties(workbook_.get(), &properties)));
  header_ = workbook_add_format(workbook_.get());
  STRONGROOM_CHECK(check(header_));
  format_set_bold(header_);
  integer_ = workbook_add_format(workbook_.get());
  STRONGROOM_CHECK(check(integer_));
  // Without a format Excel shows eleven digits.
  format_set_num_format(integer_, "0");
  time_ = workbook_add_format(workbook_.get());
  STRONGROOM_CHECK(check(time_));
  format_set_num_format(time_, "yyyy-mm-dd hh:mm:ss.000");
  // All formats are in the file, used or not: it then depends on the sheets only (check_whole).
  for (lxw_format* format : {header_, integer_, time_}) (void)lxw_format_get_xf_index(format);
  return {};
}

Status Workbook::begin_sheet(const plugin::Sheet& sheet) {
  STRONGROOM_CHECK(end_worksheet());
  sheet_ = sheet;
  part_ = 1;
  return add_worksheet(unused_name());
}

std::string Workbook::unused_name() {
  for (;; ++part_) {
    const std::string suffix = part_ == 1 ? "" : " " + std::to_string(part_);
    std::string name = to_sheet_name(sheet_.title, k_longest_name - suffix.size()) + suffix;
    // Excel keeps this name for itself.
    if (folded(name) == "history") name += '_';
    if (folded_.insert(folded(name)).second) return name;
  }
}

Status Workbook::add_worksheet(const std::string& name) {
  name_ = name;
  worksheet_ = workbook_add_worksheet(workbook_.get(), name_.c_str());
  STRONGROOM_CHECK(check(worksheet_));
  next_row_ = 0;
  size_ = 0;
  worksheet_freeze_panes(worksheet_, 1, 0);
  for (lxw_col_t i = 0; i < sheet_.columns.size(); ++i) {
    const plugin::Column& column = sheet_.columns[i];
    // Room for the button of the filter; a very wide column hides the others.
    const auto width =
        std::min<std::size_t>(std::max<std::size_t>(column.width + 1, utf16_size(column.title) + 4), 100);
    const auto least = column.type == CellType::time ? std::size_t{25} : std::size_t{4};
    STRONGROOM_CHECK(
        check(worksheet_set_column(worksheet_, i, i, static_cast<double>(std::max(width, least)), nullptr)));
    STRONGROOM_CHECK(write_text(column.title, i, header_));
  }
  next_row_ = 1;
  return {};
}

Status Workbook::end_worksheet() {
  if (worksheet_ == nullptr) return {};
  // Fails for bounds only, which hold.
  (void)worksheet_autofilter(worksheet_, 0, 0, next_row_ - 1, static_cast<lxw_col_t>(sheet_.columns.size() - 1));
  lxw_worksheet_write_single_row(worksheet_);
  (void)std::fflush(worksheet_->optimize_tmpfile);
  STRONGROOM_CHECK(check_files());
  const auto size = static_cast<std::uint64_t>(ftello(worksheet_->optimize_tmpfile));
  parts_.push_back({sheet_, name_, worksheet_->dim_rowmax, next_row_, size});
  worksheet_ = nullptr;
  return {};
}

Status Workbook::write_row(const plugin::Rows& rows, std::size_t row) {
  if (next_row_ == LXW_ROW_MAX || size_ > k_largest_worksheet) {
    STRONGROOM_CHECK(end_worksheet());
    ++part_;
    STRONGROOM_CHECK(add_worksheet(unused_name()));
  }
  for (lxw_col_t column = 0; column < rows.columns(); ++column)
    STRONGROOM_CHECK(write_cell(rows.cell(row, column), column));
  ++next_row_;
  return {};
}

Status Workbook::write_cell(const Cell& cell, lxw_col_t column) {
  size_ += k_cell_markup;
  switch (cell.type()) {
    case CellType::empty:
      return {};
    case CellType::text:
      return write_text(cell.text(), column, nullptr);
    case CellType::integer:
      if (cell.integer() >= k_digits_end || cell.integer() <= -k_digits_end)
        return write_text(std::to_string(cell.integer()), column, nullptr);
      return check(
          worksheet_write_number(worksheet_, next_row_, column, static_cast<double>(cell.integer()), integer_));
    case CellType::real:
      return check(worksheet_write_number(worksheet_, next_row_, column, cell.real(), nullptr));
    case CellType::boolean:
      return check(worksheet_write_boolean(worksheet_, next_row_, column, cell.boolean() ? 1 : 0, nullptr));
    case CellType::time:
      return write_time(cell.time_ms(), column);
  }
  return {};
}

Status Workbook::write_text(std::string_view text, lxw_col_t column, lxw_format* format) {
  to_cell_text(text_, text);
  // At most seven bytes for one: _x0001_.
  size_ += 7 * text_.size();
  const bool fits = text_.size() <= k_longest_text || utf16_size(text) <= k_longest_text;
  const lxw_error error = fits ? worksheet_write_string(worksheet_, next_row_, column, text_.c_str(), format)
                               : LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED;
  if (error != LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED) return check(error);
  return make_error(ErrorCode::too_large,
                    "a text of the column '" + sheet_.columns[column].name +
                        "' is longer than the 32767 characters that a cell of a spreadsheet holds");
}

// Excel counts a 29 February 1900, which other spreadsheets do not: from March on they agree.
Status Workbook::write_time(std::int64_t ms, lxw_col_t column) {
  const std::int64_t day = ms / k_day_ms - (ms % k_day_ms < 0 ? 1 : 0);
  if (day < k_first_day || day > k_last_day) {
    std::string iso;
    plugin::append_time(iso, ms);
    return write_text(iso, column, nullptr);
  }
  const auto of_day = static_cast<double>(ms - day * k_day_ms) / static_cast<double>(k_day_ms);
  return check(
      worksheet_write_number(worksheet_, next_row_, column, static_cast<double>(day + k_day_number) + of_day, time_));
}

Status Workbook::check_files() const {
  if (worksheet_ != nullptr && std::ferror(worksheet_->optimize_tmpfile) != 0) return files_failed();
  return {};
}

Status Workbook::close() {
  // A workbook without a worksheet is none.
  if (part_ == 0) STRONGROOM_CHECK(begin_sheet({"empty", "Empty", {{"empty", "", CellType::text, 1}}}));
  STRONGROOM_CHECK(complete());
  return check_whole();
}

Status Workbook::complete() {
  STRONGROOM_CHECK(end_worksheet());
  // The library asks gmtime, whose answer all threads share.
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  // It frees the workbook, whatever it returns.
  return check(workbook_close(workbook_.release()));
}

// The library does not look whether its copies of the rows were written: on a full disk it makes a file that lacks some
// and says nothing. So another workbook is made with the same sheets and hardly a row; but for the rows, all that is in
// it must be as large as here.
Status Workbook::check_whole() const {
  Workbook outline(folder_, document_, "/outline.xlsx");
  STRONGROOM_CHECK(outline.open());
  for (const Part& part : parts_) STRONGROOM_CHECK(outline.add_outline(part));
  STRONGROOM_CHECK(outline.complete());
  STRONGROOM_ASSIGN(auto mine, zip_sizes(path_));
  STRONGROOM_ASSIGN(auto other, zip_sizes(outline.path_));
  (void)std::remove(outline.path_.c_str());
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const std::string member = "xl/worksheets/sheet" + std::to_string(i + 1) + ".xml";
    mine[member] -= parts_[i].size;
    other[member] -= outline.parts_[i].size;
  }
  return mine == other ? Status() : files_failed();
}

Status Workbook::add_outline(const Part& part) {
  STRONGROOM_CHECK(end_worksheet());
  sheet_ = part.sheet;
  STRONGROOM_CHECK(add_worksheet(part.name));
  if (part.last_cell > 0) STRONGROOM_CHECK(check(worksheet_write_number(worksheet_, part.last_cell, 0, 0, nullptr)));
  next_row_ = part.end;
  return {};
}

}  // namespace strongroom::xlsx
