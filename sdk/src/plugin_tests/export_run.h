// Exports through a plugin's C table, with nothing in between.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <strongroom/abi/exporter.h>

#include "sdk/src/plugin_tests/check_list.h"

namespace strongroom::plugin_tests {

// Takes what an export writes, and fails at one of the calls when it is told to.
struct ExportSink {
  bool keep = true;  // the bytes
  std::string bytes;
  std::uint64_t size = 0;
  int calls = 0;
  int fail_at = 0;  // the number of the call that fails; 0: none
  sr_status failure = 4711;
  int calls_after_failure = 0;

  sr_byte_sink abi() {
    return {sizeof(sr_byte_sink), 0, this,
            [](void* context, sr_bytes piece) { return static_cast<ExportSink*>(context)->take(piece); }};
  }

 private:
  sr_status take(sr_bytes piece) {
    ++calls;
    if (fail_at != 0 && calls > fail_at) ++calls_after_failure;
    if (fail_at != 0 && calls >= fail_at) return failure;
    size += piece.size;
    if (keep) bytes.append(reinterpret_cast<const char*>(piece.data), piece.size);
    return SR_OK;
  }
};

// One export. What is open at the end is abandoned. `table` and what `sink` leads to outlive it.
class ExportRun {
 public:
  using SettingList = std::vector<std::pair<std::string, std::string>>;

  ExportRun(const sr_exporter_v1& table, sr_byte_sink sink, SettingList settings)
      : table_(table), settings_(std::move(settings)), output_(sink) {}

  ExportRun(const ExportRun&) = delete;
  ExportRun& operator=(const ExportRun&) = delete;

  ~ExportRun() { abandon(); }

  std::string title = "Audit log";
  std::string subject = "since 2026-11-01, action secret.get";
  std::string author = "alice";
  std::int64_t created_ms = 1'795'766'400'123;

  sr_status begin() {
    const auto settings = abi_settings(settings_);
    const sr_export_config config{sizeof config,     static_cast<std::uint32_t>(settings.size()),
                                  settings.data(),   bytes_of(title),
                                  bytes_of(subject), bytes_of(author),
                                  created_ms};
    return table_.begin(&config, &host_, &output_, &open_, &error_);
  }

  sr_status sheet(std::string_view name, std::string_view sheet_title, const std::vector<sr_column>& columns) {
    const sr_sheet sheet{sizeof sheet, static_cast<std::uint32_t>(columns.size()), columns.data(), bytes_of(name),
                         bytes_of(sheet_title)};
    return table_.sheet(open_, &sheet, &error_);
  }

  // Whole rows of the present sheet.
  sr_status rows(const std::vector<sr_cell>& cells, std::size_t columns) {
    return table_.rows(open_, cells.data(), static_cast<std::uint32_t>(cells.size() / columns), &error_);
  }

  sr_status end() { return table_.end(std::exchange(open_, nullptr), &error_); }

  void abandon() {
    if (open_ != nullptr) table_.abandon(std::exchange(open_, nullptr));
  }

  bool is_open() const { return open_ != nullptr; }

  // What the plugin said last about a failure.
  const std::string& sentence() const { return sentence_; }

 private:
  const sr_exporter_v1& table_;
  SettingList settings_;
  sr_byte_sink output_;
  std::string sentence_;
  sr_export* open_ = nullptr;
  sr_host host_{sizeof(sr_host), 0, nullptr, [](void*, std::uint32_t, sr_bytes) {}};
  sr_error_sink error_{sizeof(sr_error_sink), 0, &sentence_, [](void* context, sr_bytes said) {
                         static_cast<std::string*>(context)->assign(reinterpret_cast<const char*>(said.data),
                                                                    said.size);
                       }};
};

inline sr_column column_of(std::string_view name, std::string_view title, std::uint32_t type) {
  return {bytes_of(name), bytes_of(title), type, 12};
}

// Cells; `text` outlives the call that they are handed to.
inline sr_cell empty_cell() {
  return {SR_CELL_EMPTY, 0, 0, 0, {}};
}

inline sr_cell text_cell(std::string_view text) {
  return {SR_CELL_TEXT, 0, 0, 0, bytes_of(text)};
}

inline sr_cell number_cell(std::uint32_t type, std::int64_t value) {
  return {type, 0, value, 0, {}};
}

inline sr_cell real_cell(double value) {
  return {SR_CELL_REAL, 0, 0, value, {}};
}

}  // namespace strongroom::plugin_tests
