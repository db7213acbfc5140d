#include "plugins/storage/sqlite/schema.h"

#include <string>

namespace strongroom::sqlite {
namespace {

constexpr std::int64_t k_application_id = 0x5354524d;  // "STRM"
constexpr std::int64_t k_user_version = 1;

// Rows lie in a table of their own and their keys in an index. The alternative, one WITHOUT ROWID table, stores whole
// rows in the inner nodes of its tree: with rows of 1300 bytes point reads were four times slower and the file three
// times larger (README.md).
constexpr const char* k_create =
    "CREATE TABLE rows(id INTEGER PRIMARY KEY, collection INTEGER NOT NULL, scope BLOB NOT NULL, key BLOB NOT NULL, "
    "version INTEGER NOT NULL, value BLOB NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX rows_by_key ON rows(collection, scope, key);"
    "CREATE TABLE state(id INTEGER PRIMARY KEY CHECK(id = 1), mark INTEGER NOT NULL, row_count INTEGER NOT NULL) "
    "STRICT;"
    "INSERT INTO state(id, mark, row_count) VALUES(1, 0, 0);";

// All of sqlite_schema in one text.
constexpr const char* k_describe =
    "SELECT coalesce(group_concat(type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, ''), char(10)), '') "
    "FROM (SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name)";

constexpr const char* k_description =
    "index rows_by_key rows CREATE UNIQUE INDEX rows_by_key ON rows(collection, scope, key)\n"
    "table rows rows CREATE TABLE rows(id INTEGER PRIMARY KEY, collection INTEGER NOT NULL, scope BLOB NOT NULL, "
    "key BLOB NOT NULL, version INTEGER NOT NULL, value BLOB NOT NULL) STRICT\n"
    "table state state CREATE TABLE state(id INTEGER PRIMARY KEY CHECK(id = 1), mark INTEGER NOT NULL, "
    "row_count INTEGER NOT NULL) STRICT";

Status create(Connection& writer) {
  STRONGROOM_CHECK(writer.execute("PRAGMA page_size = 4096; BEGIN IMMEDIATE"));
  const std::string numbers = "PRAGMA application_id = " + std::to_string(k_application_id) +
                              "; PRAGMA user_version = " + std::to_string(k_user_version) + ";";
  STRONGROOM_CHECK(writer.execute((numbers + k_create).c_str()));
  return writer.execute("COMMIT");
}

}  // namespace

Status check_schema(Connection& connection) {
  STRONGROOM_ASSIGN(const std::int64_t application, connection.integer("PRAGMA application_id"));
  if (application != k_application_id) return make_error(ErrorCode::corrupt, "the database belongs to another program");
  STRONGROOM_ASSIGN(const std::int64_t version, connection.integer("PRAGMA user_version"));
  if (version > k_user_version)
    return make_error(ErrorCode::unsupported, "the database was written by a newer version of Strongroom");
  STRONGROOM_ASSIGN(const std::string description, connection.text(k_describe));
  if (version != k_user_version || description != k_description)
    return make_error(ErrorCode::corrupt, "the database's schema was changed; a table, index, view or trigger differs");
  return {};
}

Status ensure_schema(Connection& writer) {
  STRONGROOM_ASSIGN(const std::int64_t pages, writer.integer("PRAGMA page_count"));
  if (pages == 0) STRONGROOM_CHECK(create(writer));
  STRONGROOM_CHECK(check_schema(writer));
  STRONGROOM_ASSIGN(const std::string mode, writer.text("PRAGMA journal_mode = WAL"));
  if (mode != "wal") return make_error(ErrorCode::unsupported, "the file system cannot hold a write-ahead log");
  return {};
}

Status begin_filling(Connection& writer) {
  STRONGROOM_ASSIGN(const std::int64_t pages, writer.integer("PRAGMA page_count"));
  if (pages != 0) return make_error(ErrorCode::invalid_argument, "only a new database can be filled");
  // The journal in memory holds what a commit changes of older pages, which is little where rows are only added.
  STRONGROOM_CHECK(writer.execute("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -256"));
  return create(writer);
}

}  // namespace strongroom::sqlite
