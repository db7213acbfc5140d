// The SQLite storage: one connection writes, a pool of connections reads.
#include <atomic>
#include <filesystem>
#include <mutex>
#include <vector>

#include <strongroom/plugin/storage.h>

#include "plugins/storage/sqlite/backup.h"
#include "plugins/storage/sqlite/connection.h"
#include "plugins/storage/sqlite/database_file.h"
#include "plugins/storage/sqlite/schema.h"
#include "plugins/storage/sqlite/transaction.h"

namespace strongroom::sqlite {
namespace {

using namespace strongroom::plugin;

class SqliteStorage final : public Storage {
 public:
  static constexpr const char* k_id = "io.strongroom.storage.sqlite";
  static constexpr const char* k_name = "SQLite";
  static constexpr const char* k_version = "0.1.0";

  static Result<std::unique_ptr<Storage>> open(const Settings& settings, const Host& host);

  SqliteStorage(DatabaseFile file, std::unique_ptr<Connection> writer, std::unique_ptr<Writeback> filling)
      : file_(std::move(file)), filling_(std::move(filling)), writer_(std::move(writer)) {
    if (!filling_) hold_snapshot(*writer_);
  }

  ~SqliteStorage() override {
    // The last connection to close moves the log into the file and removes it; it has to be the writer.
    readers_.clear();
    writer_.reset();
  }

  Result<std::unique_ptr<Transaction>> begin(Access access) override {
    return access == Access::write ? begin_write() : begin_read();
  }

  Result<Health> health(bool thorough) override;

  Status backup(ByteSink& sink) override {
    STRONGROOM_ASSIGN(auto reader, borrow_reader());
    const Status status = write_backup(*reader, file_.path, sink);
    return_reader(std::move(reader));
    return status;
  }

 private:
  // Between writes the writer holds a snapshot of the newest state: SQLite then knows the lock of a reader to be there
  // and takes and gives it back without the system, which saves two calls for each read. The next write ends it first,
  // so that the log can still start over. Failing to hold it costs only speed.
  static void hold_snapshot(Connection& writer);
  static Status end_snapshot(Connection& writer);

  // Idle readers kept open; more are closed when they come back.
  static constexpr std::size_t k_idle_readers = 8;

  Result<std::unique_ptr<Transaction>> begin_read();
  Result<std::unique_ptr<Transaction>> begin_write();
  Result<std::unique_ptr<Connection>> borrow_reader();
  void return_reader(std::unique_ptr<Connection> reader);
  Status fill(Connection& reader, Health& health, bool thorough);

  const DatabaseFile file_;
  const std::unique_ptr<Writeback> filling_;  // null: it serves
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> readers_;  // guarded by mutex_
  std::unique_ptr<Connection> writer_;                // guarded by mutex_; null while a write is under way
  std::atomic<bool> damaged_ = false;
};

Result<std::unique_ptr<Storage>> SqliteStorage::open(const Settings& settings, const Host& host) {
  STRONGROOM_CHECK(settings.only({"folder", "filling"}));
  STRONGROOM_ASSIGN(const std::string folder, settings.get("folder"));
  // SQLite's statistics of memory take a lock that all connections share for each allocation. Nobody reads them.
  // Whether the library takes the advice matters only to speed.
  [[maybe_unused]] static const int advised = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  STRONGROOM_ASSIGN(DatabaseFile file, ensure_database_file(folder));
  STRONGROOM_ASSIGN(const bool filling, settings.boolean("filling", false));
  std::error_code unknown;
  if (filling && std::filesystem::file_size(file.path, unknown) > 0)
    return make_error(ErrorCode::invalid_argument, "only a new database can be filled");
  STRONGROOM_ASSIGN(auto writer, Connection::open(file.path, filling ? Role::filler : Role::writer));
  STRONGROOM_CHECK(filling ? begin_filling(*writer) : ensure_schema(*writer));
  auto writeback = filling ? std::make_unique<Writeback>(file.path) : nullptr;
  if (file.unclean) host.warning("the database was not closed; its log has been taken over");
  return std::make_unique<SqliteStorage>(std::move(file), std::move(writer), std::move(writeback));
}

Result<std::unique_ptr<Connection>> SqliteStorage::borrow_reader() {
  {
    const std::lock_guard lock(mutex_);
    if (!readers_.empty()) {
      auto reader = std::move(readers_.back());
      readers_.pop_back();
      return reader;
    }
  }
  STRONGROOM_ASSIGN(auto reader, Connection::open(file_.path, Role::reader));
  STRONGROOM_CHECK(check_schema(*reader));
  return reader;
}

void SqliteStorage::return_reader(std::unique_ptr<Connection> reader) {
  const std::lock_guard lock(mutex_);
  if (readers_.size() < k_idle_readers) readers_.push_back(std::move(reader));
}

Result<std::unique_ptr<Transaction>> SqliteStorage::begin_read() {
  STRONGROOM_ASSIGN(auto reader, borrow_reader());
  return std::make_unique<SqliteTransaction>(
      std::move(reader), Access::read, [this](auto connection) { return_reader(std::move(connection)); }, damaged_);
}

Result<std::unique_ptr<Transaction>> SqliteStorage::begin_write() {
  std::unique_ptr<Connection> writer;
  {
    const std::lock_guard lock(mutex_);
    writer = std::move(writer_);
  }
  if (writer == nullptr) return make_error(ErrorCode::busy, "another write is under way");
  const auto give_back = [this](std::unique_ptr<Connection> connection) {
    if (filling_)
      filling_->begin();
    else
      hold_snapshot(*connection);
    const std::lock_guard lock(mutex_);
    writer_ = std::move(connection);
  };
  Status begun = end_snapshot(*writer);
  if (begun) begun = writer->run(Query::begin_write);
  if (!begun) {
    give_back(std::move(writer));
    return std::move(begun).error();
  }
  return std::make_unique<SqliteTransaction>(std::move(writer), Access::write, give_back, damaged_);
}

void SqliteStorage::hold_snapshot(Connection& writer) {
  if (sqlite3_get_autocommit(writer.handle()) == 0 || !writer.run(Query::begin_read)) return;
  // BEGIN alone takes nothing.
  if (!writer.run(Query::read_state)) (void)end_snapshot(writer);
}

Status SqliteStorage::end_snapshot(Connection& writer) {
  if (sqlite3_get_autocommit(writer.handle()) != 0) return {};
  return writer.run(Query::rollback);
}

Status SqliteStorage::fill(Connection& reader, Health& health, bool thorough) {
  STRONGROOM_ASSIGN(const std::int64_t pages, reader.integer("PRAGMA page_count"));
  health.bytes = static_cast<std::uint64_t>(pages) * 4096;
  {
    STRONGROOM_ASSIGN(sqlite3_stmt* const statement, reader.prepared(Query::read_state));
    Use use(statement);
    const int code = use.step();
    if (code != SQLITE_ROW) return reader.error(code == SQLITE_DONE ? SQLITE_CORRUPT : code);
    health.mark = static_cast<std::uint64_t>(use.integer(0));
    health.rows = static_cast<std::uint64_t>(use.integer(1));
  }
  if (!thorough) return {};
  STRONGROOM_ASSIGN(const std::string answer, reader.text("PRAGMA quick_check(1)"));
  // A later clean check does not take back what a reader has met.
  if (answer != "ok") damaged_ = true;
  return {};
}

Result<Health> SqliteStorage::health(bool thorough) {
  STRONGROOM_ASSIGN(auto reader, borrow_reader());
  Health health;
  const Status status = fill(*reader, health, thorough);
  return_reader(std::move(reader));
  if (!status && status.error().code != ErrorCode::corrupt) return status.error();
  if (!status) damaged_ = true;
  health.good = !damaged_;
  health.unclean = file_.unclean;
  health.detail = damaged_        ? "the database file is damaged"
                  : file_.unclean ? "the database was not closed before this start; a thorough check is advised"
                  : thorough      ? "every page of the database was checked"
                                  : "the database is in order";
  return health;
}

}  // namespace
}  // namespace strongroom::sqlite

STRONGROOM_PLUGIN(strongroom::sqlite::SqliteStorage)
