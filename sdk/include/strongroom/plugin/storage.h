// A storage plugin in C++: derive from Storage and Transaction, return Status, throw if you must.
//
// The contract is that of abi/storage.h: rows, limits, threads, snapshots. The kit keeps the parts of it that are
// the same for everybody, so that a plugin never sees them: bounds of scopes, keys and values, scopes that a
// transaction was not begun with, writes in a read transaction, one savepoint at a time, failing sinks, exceptions.
#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include <strongroom/abi/storage.h>
#include <strongroom/plugin/byte_sink.h>
#include <strongroom/plugin/plugin.h>

namespace strongroom::plugin {

enum class Access : std::uint8_t { read, write };

struct RowKey {
  std::uint32_t collection = 0;
  BytesView scope;
  BytesView key;
};

struct Range {
  std::uint32_t collection = 0;
  BytesView scope;
  BytesView first;          // inclusive
  BytesView last;           // exclusive; empty: without end
  std::uint32_t limit = 0;  // 0: all
  bool reverse = false;
};

// Takes rows of a get or scan. After the first row that it does not want it returns false and takes no more.
class RowSink {
 public:
  explicit RowSink(const sr_row_sink* sink) noexcept : sink_(sink) {}

  // Hands over a row; the bytes may be reused when this returns. False: stop, and return as if all were done.
  bool operator()(BytesView key, std::uint64_t version, BytesView value) noexcept {
    if (status_ != SR_OK) return false;
    ++rows_;
    status_ = sink_->row(sink_->context, to_abi(key), version, to_abi(value));
    return status_ == SR_OK;
  }

  sr_status status() const noexcept { return status_; }

  std::uint64_t rows() const noexcept { return rows_; }

 private:
  const sr_row_sink* sink_;
  sr_status status_ = SR_OK;
  std::uint64_t rows_ = 0;
};

struct Health {
  bool good = true;
  bool unclean = false;  // the instance before this one was not closed
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t mark = 0;
  std::string detail;
};

// One thread at a time. Destruction ends it; a write that was not committed is undone. In a read transaction only get
// and scan are called.
class Transaction {
 public:
  virtual ~Transaction() = default;
  // Calls `sink` with the row, or does not call it when there is none.
  virtual Status get(const RowKey& key, RowSink& sink) = 0;
  virtual Status scan(const Range& range, RowSink& sink) = 0;
  virtual Status put(const RowKey& key, std::uint64_t version, BytesView value) = 0;
  virtual Status erase(const RowKey& key) = 0;
  virtual Status savepoint() = 0;
  virtual Status release() = 0;
  virtual Status rollback_to() = 0;
  // The last call, whatever it returns; without a savepoint set.
  virtual Status commit(std::uint64_t mark) = 0;
};

// Thread-safe. A plugin class adds k_id, k_name, k_version and
//   static Result<std::unique_ptr<Storage>> open(const Settings&, const Host&);
class Storage {
 public:
  virtual ~Storage() = default;
  // `busy` for a second writer, without waiting.
  virtual Result<std::unique_ptr<Transaction>> begin(Access access) = 0;
  virtual Result<Health> health(bool thorough) = 0;
  virtual Status backup(ByteSink& sink) = 0;

  // The table behind plugin class T (plugin/storage_table.h).
  template <class T>
  static const void* extension(const char* id) noexcept;
};

}  // namespace strongroom::plugin

#include <strongroom/plugin/storage_table.h>  // IWYU pragma: export
