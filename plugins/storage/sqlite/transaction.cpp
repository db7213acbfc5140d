#include "plugins/storage/sqlite/transaction.h"

#include <utility>

namespace strongroom::sqlite {

using plugin::Access;
using plugin::Range;
using plugin::RowKey;
using plugin::RowSink;

SqliteTransaction::SqliteTransaction(std::unique_ptr<Connection> connection, Access access, GiveBack give_back,
                                     std::atomic<bool>& damaged)
    : connection_(std::move(connection)),
      give_back_(std::move(give_back)),
      damaged_(damaged),
      begun_(access == Access::write) {}

SqliteTransaction::~SqliteTransaction() {
  reset_first();
  // Ends a read as it undoes a write; after an error the engine may have done it already.
  if (begun_ && sqlite3_get_autocommit(connection_->handle()) == 0) (void)connection_->run(Query::rollback);
  give_back_(std::move(connection_));
}

Status SqliteTransaction::ready() {
  if (lost_) return *lost_;
  if (begun_) return {};
  STRONGROOM_CHECK(run(Query::begin_read));
  begun_ = true;
  // Only now: BEGIN has taken the snapshot over.
  reset_first();
  return {};
}

void SqliteTransaction::reset_first() noexcept {
  if (first_ != nullptr) sqlite3_reset(std::exchange(first_, nullptr));
}

Error SqliteTransaction::failed(Error error) {
  if (error.code == ErrorCode::corrupt) damaged_ = true;
  if (begun_ && sqlite3_get_autocommit(connection_->handle()) != 0) lost_ = error;
  return error;
}

Error SqliteTransaction::failed(int code) {
  return failed(connection_->error(code));
}

Status SqliteTransaction::run(Query query) {
  Status status = connection_->run(query);
  if (!status) return failed(std::move(status).error());
  return {};
}

Result<bool> SqliteTransaction::get_first(const RowKey& key, RowSink& sink) {
  STRONGROOM_ASSIGN(sqlite3_stmt* const statement, connection_->prepared(Query::get));
  Use use(statement);
  use.bind(1, std::int64_t{key.collection}).bind(2, key.scope).bind(3, key.key);
  const int code = use.step();
  if (code == SQLITE_DONE) return false;
  if (code != SQLITE_ROW) return failed(code);
  sink(key.key, static_cast<std::uint64_t>(use.integer(0)), use.bytes(1));
  first_ = use.leave();
  return true;
}

Status SqliteTransaction::get(const RowKey& key, RowSink& sink) {
  if (!begun_ && first_ == nullptr) {
    STRONGROOM_ASSIGN(const bool found, get_first(key, sink));
    if (found) return {};
  }
  STRONGROOM_CHECK(ready());
  STRONGROOM_ASSIGN(sqlite3_stmt* const statement, connection_->prepared(Query::get));
  Use use(statement);
  use.bind(1, std::int64_t{key.collection}).bind(2, key.scope).bind(3, key.key);
  const int code = use.step();
  if (code == SQLITE_ROW) {
    sink(key.key, static_cast<std::uint64_t>(use.integer(0)), use.bytes(1));
    return {};
  }
  if (code != SQLITE_DONE) return failed(code);
  return {};
}

Status SqliteTransaction::scan(const Range& range, RowSink& sink) {
  STRONGROOM_CHECK(ready());
  const bool bounded = !range.last.empty();
  const Query query = range.reverse ? (bounded ? Query::scan_reverse_bounded : Query::scan_reverse)
                                    : (bounded ? Query::scan_bounded : Query::scan);
  STRONGROOM_ASSIGN(sqlite3_stmt* const statement, connection_->prepared(query));
  Use use(statement);
  use.bind(1, std::int64_t{range.collection}).bind(2, range.scope).bind(3, range.first);
  use.bind(4, range.limit == 0 ? std::int64_t{-1} : std::int64_t{range.limit});
  if (bounded) use.bind(5, range.last);
  for (;;) {
    const int code = use.step();
    if (code == SQLITE_DONE) return {};
    if (code != SQLITE_ROW) return failed(code);
    if (!sink(use.bytes(0), static_cast<std::uint64_t>(use.integer(1)), use.bytes(2))) return {};
  }
}

Status SqliteTransaction::put(const RowKey& key, std::uint64_t version, BytesView value) {
  STRONGROOM_CHECK(ready());
  STRONGROOM_ASSIGN(sqlite3_stmt* const statement, connection_->prepared(Query::put));
  Use use(statement);
  use.bind(1, std::int64_t{key.collection}).bind(2, key.scope).bind(3, key.key);
  use.bind(4, static_cast<std::int64_t>(version)).bind(5, value);
  // An update leaves this number alone, so it tells a new row from a changed one without a second look.
  sqlite3_set_last_insert_rowid(connection_->handle(), 0);
  const int code = use.step();
  if (code != SQLITE_DONE) return failed(code);
  if (sqlite3_last_insert_rowid(connection_->handle()) != 0) ++added_rows_;
  return {};
}

Status SqliteTransaction::erase(const RowKey& key) {
  STRONGROOM_CHECK(ready());
  STRONGROOM_ASSIGN(sqlite3_stmt* const statement, connection_->prepared(Query::erase));
  Use use(statement);
  use.bind(1, std::int64_t{key.collection}).bind(2, key.scope).bind(3, key.key);
  const int code = use.step();
  if (code != SQLITE_DONE) return failed(code);
  added_rows_ -= sqlite3_changes64(connection_->handle());
  return {};
}

Status SqliteTransaction::savepoint() {
  STRONGROOM_CHECK(ready());
  STRONGROOM_CHECK(run(Query::savepoint));
  added_rows_at_savepoint_ = added_rows_;
  return {};
}

Status SqliteTransaction::release() {
  STRONGROOM_CHECK(ready());
  return run(Query::release);
}

Status SqliteTransaction::rollback_to() {
  STRONGROOM_CHECK(ready());
  STRONGROOM_CHECK(run(Query::rollback_to));
  added_rows_ = added_rows_at_savepoint_;
  // The savepoint itself survives going back to it.
  return run(Query::release);
}

Status SqliteTransaction::commit(std::uint64_t mark) {
  STRONGROOM_CHECK(ready());
  {
    STRONGROOM_ASSIGN(sqlite3_stmt* const statement, connection_->prepared(Query::write_state));
    Use use(statement);
    const int code = use.bind(1, static_cast<std::int64_t>(mark)).bind(2, added_rows_).step();
    if (code != SQLITE_DONE) return failed(code);
  }
  return run(Query::commit);
}

}  // namespace strongroom::sqlite
