// What the export service asks of an exporter, whoever it is: the port that plugin_host fills.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/result.h>

#include "daemon/exports/table.h"

namespace strongroom::exports {

struct Document {
  std::string title;
  std::string subject;  // what was asked for, one sentence
  std::string author;
  std::int64_t created_ms = 0;
};

// One export under way. One thread at a time. Destroying it before end() abandons it. After an error every further call
// gives that error. Errors: plugin_unavailable, timeout, cancelled, storage_full, storage_failed, unsupported,
// too_large.
class Exporter {
 public:
  virtual ~Exporter() = default;
  // The cells of the rows that follow belong to this sheet; it outlives them.
  virtual Status sheet(const Sheet& sheet) = 0;
  // As many cells as the sheet has columns, each empty or of its column's type. The texts may be reused afterwards.
  virtual Status row(std::span<const Cell> cells) = 0;
  // When it returns, all is written to the file.
  virtual Status end() = 0;
};

// A format that can be asked for.
struct Format {
  std::string name;        // "csv"
  std::string extension;   // "csv"
  std::string media_type;  // "text/csv"
  std::string plugin;      // "io.strongroom.exporter.csv"
};

struct Begin {
  std::string format;
  std::map<std::string, std::string> settings;
  Document document;
  bool secret = false;            // there are values in it: only an exporter of ours that keeps nothing on a disk
  int output = -1;                // borrowed; for writing
  std::function<bool()> stopped;  // whether nobody wants it any more; asked about once a second
};

// Thread-safe.
class Exporters {
 public:
  virtual ~Exporters() = default;
  // Errors: locked, and those of reading which plugins there are.
  virtual Result<std::vector<Format>> formats() const = 0;
  // Errors: invalid_argument for a format or a setting that is not known, and those of Exporter.
  virtual Result<std::unique_ptr<Exporter>> begin(Begin begin) = 0;
};

}  // namespace strongroom::exports
