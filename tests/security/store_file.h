// The store's file as somebody sees it who edits it with SQLite and without Strongroom.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

struct sqlite3;

namespace strongroom::tests {

struct RowId {
  std::int64_t collection = 0;  // 1 heads, 2 versions, 3 entries, 4 meta
  std::string key;
  auto operator<=>(const RowId&) const = default;
};

struct RowContent {
  std::int64_t version = 0;
  std::string value;
  bool operator==(const RowContent&) const = default;
};

using Rows = std::map<RowId, RowContent>;

// Rows of `after` that `before` lacks or has otherwise.
Rows changed_rows(const Rows& before, const Rows& after);
// Those of one collection.
Rows of_collection(const Rows& rows, std::int64_t collection);

// Throws when SQLite refuses.
class StoreFile {
 public:
  explicit StoreFile(const std::filesystem::path& file);
  ~StoreFile();
  StoreFile(const StoreFile&) = delete;
  StoreFile& operator=(const StoreFile&) = delete;

  Rows rows();
  void write(const RowId& id, const RowContent& content);
  void erase(const RowId& id);
  void execute(const std::string& sql);

 private:
  void count_rows();
  sqlite3* database_ = nullptr;
};

}  // namespace strongroom::tests
