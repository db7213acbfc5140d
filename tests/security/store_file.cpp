#include "tests/security/store_file.h"

#include <sqlite3.h>

#include <stdexcept>

namespace strongroom::tests {

namespace {

class Statement {
 public:
  Statement(sqlite3* database, const char* sql) : database_(database) {
    if (sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr) != SQLITE_OK) refuse();
  }

  ~Statement() { sqlite3_finalize(statement_); }

  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int at, std::int64_t value) {
    sqlite3_bind_int64(statement_, at, value);
    return *this;
  }

  Statement& bind(int at, const std::string& bytes) {
    sqlite3_bind_blob(statement_, at, bytes.data(), static_cast<int>(bytes.size()), SQLITE_TRANSIENT);
    if (bytes.empty()) sqlite3_bind_zeroblob(statement_, at, 0);
    return *this;
  }

  bool step() {
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) refuse();
    return code == SQLITE_ROW;
  }

  std::int64_t integer(int at) { return sqlite3_column_int64(statement_, at); }

  std::string bytes(int at) {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, at));
    return data ? std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, at))) : std::string();
  }

 private:
  [[noreturn]] void refuse() { throw std::runtime_error(sqlite3_errmsg(database_)); }

  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace

Rows changed_rows(const Rows& before, const Rows& after) {
  Rows changed;
  for (const auto& [id, content] : after)
    if (const auto old = before.find(id); old == before.end() || !(old->second == content))
      changed.emplace(id, content);
  return changed;
}

Rows of_collection(const Rows& rows, std::int64_t collection) {
  Rows found;
  for (const auto& [id, content] : rows)
    if (id.collection == collection) found.emplace(id, content);
  return found;
}

StoreFile::StoreFile(const std::filesystem::path& file) {
  if (sqlite3_open_v2(file.c_str(), &database_, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK)
    throw std::runtime_error("the store's file cannot be opened");
  sqlite3_busy_timeout(database_, 5000);
  execute("PRAGMA synchronous = OFF");
}

StoreFile::~StoreFile() {
  sqlite3_close(database_);
}

Rows StoreFile::rows() {
  Rows found;
  Statement statement(database_, "SELECT collection, key, version, value FROM rows");
  while (statement.step())
    found.emplace(RowId{statement.integer(0), statement.bytes(1)},
                  RowContent{statement.integer(2), statement.bytes(3)});
  return found;
}

void StoreFile::write(const RowId& id, const RowContent& content) {
  Statement(database_,
            "INSERT OR REPLACE INTO rows(collection, scope, key, version, value) VALUES(?1, x'', ?2, ?3, ?4)")
      .bind(1, id.collection)
      .bind(2, id.key)
      .bind(3, content.version)
      .bind(4, content.value)
      .step();
  count_rows();
}

void StoreFile::erase(const RowId& id) {
  Statement(database_, "DELETE FROM rows WHERE collection = ?1 AND key = ?2")
      .bind(1, id.collection)
      .bind(2, id.key)
      .step();
  count_rows();
}

// A careful editor keeps the file's own count right.
void StoreFile::count_rows() {
  execute("UPDATE state SET row_count = (SELECT count(*) FROM rows)");
}

void StoreFile::execute(const std::string& sql) {
  if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(database_));
}

}  // namespace strongroom::tests
