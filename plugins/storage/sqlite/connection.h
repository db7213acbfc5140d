// One connection to the database, hardened, with the statements it has prepared.
#pragma once

#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <sqlite3.h>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::sqlite {

enum class Role : std::uint8_t {
  reader,  // never writes, never checkpoints
  writer,  // the only one that does
  filler,  // the only one that writes, to a new database
};

// Everything that is ever asked of the database after it has been opened.
enum class Query : std::uint8_t {
  begin_read,
  begin_write,
  commit,
  rollback,
  savepoint,
  release,
  rollback_to,
  get,
  put,
  erase,
  scan,
  scan_bounded,
  scan_reverse,
  scan_reverse_bounded,
  read_state,
  write_state,
  count_,
};

// A prepared statement in use: bind, step, read columns; the destructor resets it, which ends the row it stood on.
class Use {
 public:
  explicit Use(sqlite3_stmt* statement) noexcept : statement_(statement) {}

  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  ~Use() {
    if (statement_ != nullptr) sqlite3_reset(statement_);
  }

  // The statement stays on its row, which keeps the snapshot; the caller resets it.
  sqlite3_stmt* leave() noexcept { return std::exchange(statement_, nullptr); }

  // Parameters count from 1. Bytes must live until the statement is reset.
  Use& bind(int parameter, std::int64_t value) noexcept {
    sqlite3_bind_int64(statement_, parameter, value);
    return *this;
  }

  Use& bind(int parameter, BytesView value) noexcept {
    // A null pointer would bind NULL instead of no bytes.
    sqlite3_bind_blob64(statement_, parameter, value.empty() ? k_nothing : value.data(), value.size(), SQLITE_STATIC);
    return *this;
  }

  // SQLITE_ROW, SQLITE_DONE or an error code, for which errno says more (errors.h).
  int step() noexcept {
    errno = 0;
    return sqlite3_step(statement_);
  }

  // Columns count from 0. Bytes are valid until the next step or reset.
  std::int64_t integer(int column) const noexcept { return sqlite3_column_int64(statement_, column); }

  BytesView bytes(int column) const noexcept {
    const void* data = sqlite3_column_blob(statement_, column);
    return {static_cast<const Byte*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  static constexpr Byte k_nothing[1] = {};
  sqlite3_stmt* statement_;
};

// Used by one thread at a time.
class Connection {
 public:
  // Opens the existing file at `path`, which must contain no symbolic link. `read_only`, `corrupt`, `busy`, ...
  static Result<std::unique_ptr<Connection>> open(const std::string& path, Role role);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The statement behind `query`, prepared at its first use and kept.
  Result<sqlite3_stmt*> prepared(Query query);
  // Runs a query that has neither parameters nor rows.
  Status run(Query query);
  // Runs statements given as text; not for the way of a request.
  Status execute(const char* sql);
  // The first column of the first row, as an integer or as text; a query without rows is `corrupt`.
  Result<std::int64_t> integer(const char* sql);
  Result<std::string> text(const char* sql);

  Error error(int code) const { return error_of_code(code); }

  sqlite3* handle() const noexcept { return db_; }

 private:
  Connection() = default;
  Status configure(Role role);
  Error error_of_code(int code) const;

  sqlite3* db_ = nullptr;
  std::array<sqlite3_stmt*, static_cast<std::size_t>(Query::count_)> statements_{};
};

}  // namespace strongroom::sqlite
