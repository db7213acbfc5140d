// The storage port: what the daemon asks of whichever storage plugin is active. Implemented by plugin_host's adapter
// over strongroom.storage/1 and by fakes in tests; the contract suite in tests/contract runs on every implementation.
//
// A row is (collection, scope, key) -> (version, bytes), ordered by key (memcmp) within a collection and scope. The
// scope is empty for the system or an opaque owner id. Storage sees sealed bytes and keyed hashes, never names or
// values.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::store {

inline constexpr std::size_t k_max_scope = 32;               // bytes
inline constexpr std::size_t k_max_key = 256;                // bytes, at least 1
inline constexpr std::size_t k_max_value = 4 * 1024 * 1024;  // bytes

struct RowKey {
  std::uint32_t collection = 0;
  BytesView scope;  // empty: system
  BytesView key;
};

struct RowView {
  std::uint64_t version = 0;
  BytesView bytes;  // valid until the next call on the same transaction
};

// Keys from `first` (inclusive) to `last` (exclusive; empty means without end). `reverse` starts at the end.
struct Range {
  std::uint32_t collection = 0;
  BytesView scope;
  BytesView first;
  BytesView last;
  std::uint32_t limit = 0;  // rows; 0 means all
  bool reverse = false;
};

// Called for each row in order; key and row are valid during the call. Return false to stop early.
using ScanSink = std::function<bool(BytesView key, const RowView& row)>;

// A consistent snapshot. Used by one thread at a time; destruction ends it (and rolls a write back).
class ReadTransaction {
 public:
  virtual ~ReadTransaction() = default;
  // The row, or nothing when there is none.
  virtual Result<std::optional<RowView>> get(const RowKey& key) = 0;
  virtual Status scan(const Range& range, const ScanSink& sink) = 0;
};

// The only writer of its storage while it lives. Reads see its own writes.
class WriteTransaction : public ReadTransaction {
 public:
  virtual Status put(const RowKey& key, std::uint64_t version, BytesView bytes) = 0;
  // Writes only when the row's present version is `expected` (0: there is no row); `conflict` otherwise.
  virtual Status put_if(const RowKey& key, std::uint64_t expected, std::uint64_t version, BytesView bytes) = 0;
  // Erasing what is not there is no error.
  virtual Status erase(const RowKey& key) = 0;
  // One level of savepoint at a time: mark, then either keep or undo what came after it.
  virtual Status savepoint() = 0;
  virtual Status release() = 0;
  virtual Status rollback_to() = 0;
  // Atomic and durable when it returns; stores `mark` with it. The transaction is over afterwards, whatever the result.
  virtual Status commit(std::uint64_t mark) = 0;
};

struct StorageHealth {
  bool healthy = true;
  bool unclean = false;     // the instance before this one was not closed: a thorough check is worth its time
  std::string detail;       // one sentence, safe to show
  std::uint64_t rows = 0;   // approximate
  std::uint64_t bytes = 0;  // approximate size on disk; 0 for memory
  std::uint64_t mark = 0;   // of the last commit
};

// Thread-safe, except that at most one write transaction exists at a time (begin_write waits for none: `busy`).
class Storage {
 public:
  virtual ~Storage() = default;
  // Only the scopes named here are visible, whatever keys are asked for; asking for another is `denied`.
  virtual Result<std::unique_ptr<ReadTransaction>> begin_read(std::span<const BytesView> scopes) = 0;
  virtual Result<std::unique_ptr<WriteTransaction>> begin_write(std::span<const BytesView> scopes) = 0;
  // `thorough` also reads every page (SQLite: quick_check); takes long, call it off the I/O threads.
  virtual Result<StorageHealth> health(bool thorough) = 0;
};

}  // namespace strongroom::store
