// Where the rows of an export come from.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include <strongroom/base/result.h>
#include <strongroom/protocol/methods/export.h>

#include "daemon/exports/table.h"

namespace strongroom::exports {

using RowTaker = std::function<Status(std::span<const Cell> cells)>;

// One thread at a time.
class Source {
 public:
  virtual ~Source() = default;
  virtual const Sheet& sheet() const = 0;

  // How many rows there are at most.
  virtual std::optional<std::uint64_t> total() const { return std::nullopt; }

  // Hands over some rows, in their order; no lock is held while `take` runs. False: there are no more. Errors: locked,
  // those of reading, those of `take`.
  virtual Result<bool> next(const RowTaker& take) = 0;
};

// A secret without its value.
struct SecretRow {
  std::string path;
  std::int64_t version = 0;
  std::int64_t versions = 0;
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::int64_t last_read_ms = 0;  // 0: never
  std::int64_t expires_ms = 0;    // 0: never
  bool deleted = false;
  std::string labels;  // split by commas
};

struct SecretPage {
  std::vector<SecretRow> rows;
  std::optional<std::string> cursor;  // of the next page
};

struct PluginRow {
  std::string id;
  std::string type;
  std::string format;
  std::string isolation;
  std::string state;
  std::string sha256;
};

// Name and value.
using Facts = std::vector<std::pair<std::string, std::string>>;

// Those whose rows are all there at the beginning, and those that are asked for page by page.
using SecretPages =
    std::function<Result<SecretPage>(const std::string& prefix, bool deleted, const std::string& cursor)>;
std::unique_ptr<Source> secrets_source(SecretPages pages, std::string prefix, bool deleted);
std::unique_ptr<Source> plugins_source(std::vector<PluginRow> plugins);
std::unique_ptr<Source> status_source(Facts facts);

// Only these columns, in this order. Error: invalid_argument, which names those that there are.
Result<std::unique_ptr<Source>> choose_columns(std::unique_ptr<Source> source, std::span<const std::string> names);

}  // namespace strongroom::exports
