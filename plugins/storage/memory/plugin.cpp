// The memory storage: transactions over Rows.
#include <strongroom/plugin/storage.h>

#include "plugins/storage/memory/rows.h"

namespace strongroom::memory {
namespace {

using namespace strongroom::plugin;

RowId id_of(const RowKey& key) {
  return {key.collection, std::string(as_text(key.scope)), std::string(as_text(key.key))};
}

class MemoryTransaction final : public Transaction {
 public:
  MemoryTransaction(Rows& rows, bool writes)
      : rows_(rows), writes_(writes), time_(writes ? rows.writer_time() : rows.begin_read()) {}

  ~MemoryTransaction() override {
    if (writes_) {
      rows_.undo_to(0);
      rows_.end_write();
    } else {
      rows_.end_read(time_);
    }
  }

  Status get(const RowKey& key, RowSink& sink) override {
    if (const auto row = rows_.find(id_of(key), time_)) sink(key.key, row->version, *row->value);
    return {};
  }

  // In pieces, so that no lock is held while the sink runs.
  Status scan(const Range& range, RowSink& sink) override {
    constexpr std::size_t k_piece = 64;
    Selection rest{
        range.collection, std::string(as_text(range.scope)), std::string(as_text(range.first)), {}, range.reverse};
    if (!range.last.empty()) rest.end = std::string(as_text(range.last));
    for (std::uint64_t left = range.limit == 0 ? UINT64_MAX : range.limit; left > 0;) {
      const std::size_t count = std::min<std::uint64_t>(k_piece, left);
      const auto rows = rows_.select(rest, time_, count);
      for (const auto& [key, row] : rows)
        if (!sink(as_bytes(key), row.version, *row.value)) return {};
      if (rows.size() < count) break;
      left -= rows.size();
      if (range.reverse)
        rest.end = rows.back().key;
      else
        rest.first = rows.back().key + '\0';
    }
    return {};
  }

  Status put(const RowKey& key, std::uint64_t version, BytesView value) override {
    rows_.write(id_of(key), Row{version, std::make_shared<const Bytes>(value.begin(), value.end())});
    return {};
  }

  Status erase(const RowKey& key) override {
    const RowId id = id_of(key);
    if (rows_.find(id, time_)) rows_.write(id, std::nullopt);
    return {};
  }

  Status savepoint() override {
    mark_ = rows_.written();
    return {};
  }

  Status release() override { return {}; }

  Status rollback_to() override {
    rows_.undo_to(mark_);
    return {};
  }

  Status commit(std::uint64_t mark) override {
    rows_.commit(mark);
    return {};
  }

 private:
  Rows& rows_;
  bool writes_;
  std::uint64_t time_;
  std::size_t mark_ = 0;
};

class MemoryStorage final : public Storage {
 public:
  static constexpr const char* k_id = "io.strongroom.storage.memory";
  static constexpr const char* k_name = "Memory";
  static constexpr const char* k_version = "0.1.0";

  static Result<std::unique_ptr<Storage>> open(const Settings& settings, const Host&) {
    STRONGROOM_CHECK(settings.only({"folder"}));
    return std::make_unique<MemoryStorage>();
  }

  Result<std::unique_ptr<Transaction>> begin(Access access) override {
    const bool writes = access == Access::write;
    if (writes && !rows_.begin_write()) return make_error(ErrorCode::busy, "another write is under way");
    return std::make_unique<MemoryTransaction>(rows_, writes);
  }

  Result<Health> health(bool) override {
    return Health{.rows = rows_.size(), .mark = rows_.mark(), .detail = "rows are kept in memory"};
  }

  Status backup(ByteSink&) override {
    return make_error(ErrorCode::not_implemented, "there is nothing to back up: rows are kept in memory only");
  }

 private:
  Rows rows_;
};

}  // namespace
}  // namespace strongroom::memory

STRONGROOM_PLUGIN(strongroom::memory::MemoryStorage)
