// A spreadsheet under way: what of libxlsxwriter an exporter needs, and the limits of the format.
#pragma once

#include <xlsxwriter.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom/plugin/exporter.h>

namespace strongroom::xlsx {

// Writes files below one folder; one row is in memory until the next one begins. One thread at a time; several
// workbooks may be under way at once. After a failure it is only destroyed, which removes nothing: the folder is the
// host's.
//
// Errors of all: `storage_failed` when the files cannot be written, `too_large` for what the format cannot hold.
class Workbook {
 public:
  static Result<std::unique_ptr<Workbook>> create(const std::string& folder, const plugin::Document& document);
  Workbook(const Workbook&) = delete;
  Workbook& operator=(const Workbook&) = delete;

  Status begin_sheet(const plugin::Sheet& sheet);
  // The next row of the present sheet; one that is full goes on in another.
  Status write_row(const plugin::Rows& rows, std::size_t row);
  // Whether the files have taken everything so far; looked at from time to time, because single writes do not say it.
  Status check_files() const;
  // Completes the file, and makes sure that it is whole. Nothing but path() is called afterwards.
  Status close();

  const std::string& path() const noexcept { return path_; }

 private:
  struct Free {
    void operator()(lxw_workbook* workbook) const noexcept;
  };

  // A worksheet that has ended.
  struct Part {
    plugin::Sheet sheet;
    std::string name;
    lxw_row_t last_cell = 0;  // row of the last cell
    lxw_row_t end = 0;        // behind the last row
    std::uint64_t size = 0;   // of all rows, as they stand in the file
  };

  Workbook(const std::string& folder, const plugin::Document& document, const char* name)
      : folder_(folder), path_(folder + name), document_(document) {}

  Status open();
  Status add_worksheet(const std::string& name);
  Status end_worksheet();
  Status complete();
  Status check_whole() const;
  Status add_outline(const Part& part);
  Status write_cell(const plugin::Cell& cell, lxw_col_t column);
  Status write_text(std::string_view text, lxw_col_t column, lxw_format* format);
  Status write_time(std::int64_t ms, lxw_col_t column);
  std::string unused_name();

  std::string folder_;  // libxlsxwriter keeps the pointer
  std::string path_;
  plugin::Document document_;
  std::unique_ptr<lxw_workbook, Free> workbook_;
  lxw_worksheet* worksheet_ = nullptr;
  lxw_format* header_ = nullptr;
  lxw_format* integer_ = nullptr;
  lxw_format* time_ = nullptr;
  plugin::Sheet sheet_;
  std::string name_;  // of the worksheet
  std::vector<Part> parts_;
  unsigned part_ = 0;             // of the sheet: 1, and more when it was full
  lxw_row_t next_row_ = 0;        // of the worksheet
  std::uint64_t size_ = 0;        // of the worksheet before compression, at most
  std::set<std::string> folded_;  // names of worksheets, without their case
  std::string text_;              // room for one cell
};

}  // namespace strongroom::xlsx
