#include "plugins/storage/sqlite/connection.h"

#include "plugins/storage/sqlite/errors.h"
#include "plugins/storage/sqlite/joined_writes.h"

namespace strongroom::sqlite {
namespace {

constexpr const char* k_sql[] = {
    "BEGIN",
    "BEGIN IMMEDIATE",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT piece",
    "RELEASE piece",
    "ROLLBACK TO piece",
    "SELECT version, value FROM rows WHERE collection = ?1 AND scope = ?2 AND key = ?3",
    "INSERT INTO rows(collection, scope, key, version, value) VALUES(?1, ?2, ?3, ?4, ?5) "
    "ON CONFLICT(collection, scope, key) DO UPDATE SET version = excluded.version, value = excluded.value",
    "DELETE FROM rows WHERE collection = ?1 AND scope = ?2 AND key = ?3",
    "SELECT key, version, value FROM rows WHERE collection = ?1 AND scope = ?2 AND key >= ?3 "
    "ORDER BY key LIMIT ?4",
    "SELECT key, version, value FROM rows WHERE collection = ?1 AND scope = ?2 AND key >= ?3 AND key < ?5 "
    "ORDER BY key LIMIT ?4",
    "SELECT key, version, value FROM rows WHERE collection = ?1 AND scope = ?2 AND key >= ?3 "
    "ORDER BY key DESC LIMIT ?4",
    "SELECT key, version, value FROM rows WHERE collection = ?1 AND scope = ?2 AND key >= ?3 AND key < ?5 "
    "ORDER BY key DESC LIMIT ?4",
    "SELECT mark, row_count FROM state WHERE id = 1",
    "UPDATE state SET mark = ?1, row_count = row_count + ?2 WHERE id = 1",
};
static_assert(std::size(k_sql) == static_cast<std::size_t>(Query::count_));

// Memory is bounded per connection: 1 MiB of pages, 20 KiB of lookaside. No memory map: an I/O error in a mapped page
// is a signal instead of a status, and mapped pages would count as the daemon's own.
constexpr const char* k_pragmas =
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA mmap_size = 0;"
    "PRAGMA cache_size = -1024;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA secure_delete = ON;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA fullfsync = ON;"
    "PRAGMA checkpoint_fullfsync = ON;"
    "PRAGMA journal_size_limit = 4194304;";

constexpr int k_busy_ms = 250;
constexpr int k_row_limit = 5 * 1024 * 1024;  // key, value and record header

}  // namespace

Error Connection::error_of_code(int code) const {
  return error_of(db_, code);
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Role role) {
  std::unique_ptr<Connection> connection(new Connection);
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_PRIVATECACHE |
                    SQLITE_OPEN_EXRESCODE;
  const int code =
      sqlite3_open_v2(path.c_str(), &connection->db_, flags, role == Role::filler ? joined_writes() : nullptr);
  if (code != SQLITE_OK) return error_of(connection->db_, code);
  STRONGROOM_CHECK(connection->configure(role));
  return connection;
}

Status Connection::configure(Role role) {
  // SQLite opens what it may only read without a word.
  if (sqlite3_db_readonly(db_, "main") != 0)
    return make_error(ErrorCode::read_only, "the database cannot be opened for writing");
  sqlite3_db_config(db_, SQLITE_DBCONFIG_LOOKASIDE, nullptr, 512, 40);

  constexpr struct {
    int option;
    int value;
  } k_options[] = {{SQLITE_DBCONFIG_DEFENSIVE, 1},
                   {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                   {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                   {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                   {SQLITE_DBCONFIG_DQS_DML, 0},
                   {SQLITE_DBCONFIG_DQS_DDL, 0},
                   {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
                   {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0}};

  for (const auto& [option, value] : k_options) {
    int now = -1;
    const int code = sqlite3_db_config(db_, option, value, &now);
    // A library built without a feature does not know its switch; one that keeps it on is refused.
    if (code == SQLITE_OK && now != value)
      return make_error(ErrorCode::unsupported, "the database engine cannot be hardened");
  }
  if (role == Role::reader) sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_limit(db_, SQLITE_LIMIT_LENGTH, k_row_limit);
  sqlite3_limit(db_, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_busy_timeout(db_, k_busy_ms);
  sqlite3_wal_autocheckpoint(db_, role == Role::writer ? 1000 : 0);
  return execute(k_pragmas);
}

Connection::~Connection() {
  for (sqlite3_stmt* statement : statements_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

Result<sqlite3_stmt*> Connection::prepared(Query query) {
  sqlite3_stmt*& statement = statements_[static_cast<std::size_t>(query)];
  if (statement == nullptr) {
    const int code = sqlite3_prepare_v3(db_, k_sql[static_cast<std::size_t>(query)], -1, SQLITE_PREPARE_PERSISTENT,
                                        &statement, nullptr);
    if (code != SQLITE_OK) return error_of(db_, code);
  }
  return statement;
}

Status Connection::run(Query query) {
  STRONGROOM_ASSIGN(sqlite3_stmt* const statement, prepared(query));
  Use use(statement);
  const int code = use.step();
  if (code != SQLITE_DONE && code != SQLITE_ROW) return error_of(db_, code);
  return {};
}

Status Connection::execute(const char* sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(db_, code);
  return {};
}

namespace {

template <class Read>
auto first_column(sqlite3* db, const char* sql, Read read) -> Result<decltype(read(nullptr))> {
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(db, sql, -1, &statement, nullptr);
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> owner(statement, &sqlite3_finalize);
  if (code != SQLITE_OK) return error_of(db, code);
  code = sqlite3_step(statement);
  if (code == SQLITE_ROW) return read(statement);
  return error_of(db, code == SQLITE_DONE ? SQLITE_CORRUPT : code);
}

}  // namespace

Result<std::int64_t> Connection::integer(const char* sql) {
  return first_column(db_, sql, [](sqlite3_stmt* s) { return std::int64_t{sqlite3_column_int64(s, 0)}; });
}

Result<std::string> Connection::text(const char* sql) {
  return first_column(db_, sql, [](sqlite3_stmt* s) {
    const unsigned char* text = sqlite3_column_text(s, 0);
    return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text));
  });
}

}  // namespace strongroom::sqlite
