// Transactions over one connection.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include <strongroom/plugin/storage.h>

#include "plugins/storage/sqlite/connection.h"

namespace strongroom::sqlite {

// Gives the connection back when the transaction has ended.
using GiveBack = std::function<void(std::unique_ptr<Connection>)>;

// A reader begins at its first read; a writer has begun already (begin_write in plugin.cpp). Most readers read one row:
// then the statement that found it holds the snapshot alone, and BEGIN and ROLLBACK are saved.
class SqliteTransaction final : public plugin::Transaction {
 public:
  // `damaged` is set when a call finds the file damaged.
  SqliteTransaction(std::unique_ptr<Connection> connection, plugin::Access access, GiveBack give_back,
                    std::atomic<bool>& damaged);
  ~SqliteTransaction() override;

  Status get(const plugin::RowKey& key, plugin::RowSink& sink) override;
  Status scan(const plugin::Range& range, plugin::RowSink& sink) override;
  Status put(const plugin::RowKey& key, std::uint64_t version, BytesView value) override;
  Status erase(const plugin::RowKey& key) override;
  Status savepoint() override;
  Status release() override;
  Status rollback_to() override;
  Status commit(std::uint64_t mark) override;

 private:
  // Begins a read, or says why a write was given up by the engine.
  Status ready();
  // A reader's first read, without BEGIN. False when there is no row, which holds no snapshot.
  Result<bool> get_first(const plugin::RowKey& key, plugin::RowSink& sink);
  void reset_first() noexcept;
  // The error of `code`; remembers it when the engine has given up the transaction.
  Error failed(int code);
  Error failed(Error error);
  Status run(Query query);

  std::unique_ptr<Connection> connection_;
  GiveBack give_back_;
  std::atomic<bool>& damaged_;
  std::optional<Error> lost_;
  sqlite3_stmt* first_ = nullptr;  // stands on the first row until the next call
  bool begun_;
  std::int64_t added_rows_ = 0;
  std::int64_t added_rows_at_savepoint_ = 0;
};

}  // namespace strongroom::sqlite
