#include "tests/unit/daemon/store/fake_storage.h"

namespace strongroom::store {
namespace {

FakeDisk::Id id_of(const RowKey& key) {
  return {key.collection, std::string(as_text(key.key))};
}

class FakeTransaction final : public WriteTransaction {
 public:
  FakeTransaction(FakeDisk& disk, bool writes) : disk_(disk), writes_(writes), rows_(disk.rows) {
    if (!writes_) ++disk_.open_reads;
  }

  ~FakeTransaction() override {
    if (writes_) return;
    const std::lock_guard lock(disk_.mutex);
    --disk_.open_reads;
  }

  Result<std::optional<RowView>> get(const RowKey& key) override {
    if (lost_) return *lost_;
    const auto found = rows_.find(id_of(key));
    if (found == rows_.end()) return std::optional<RowView>();
    buffer_ = found->second.value;
    return std::optional(RowView{found->second.version, as_bytes(buffer_)});
  }

  Status scan(const Range& range, const ScanSink& sink) override {
    if (range.reverse) return make_error(ErrorCode::unsupported, "this storage scans forwards only");
    std::uint32_t rows = 0;
    for (const auto& [id, row] : rows_) {
      const auto& [collection, key] = id;
      const bool behind = !range.last.empty() && key >= as_text(range.last);
      if (collection != range.collection || key < as_text(range.first) || behind) continue;
      if (!sink(as_bytes(key), {row.version, as_bytes(row.value)}) || ++rows == range.limit) break;
    }
    return {};
  }

  Status put(const RowKey& key, std::uint64_t version, BytesView bytes) override {
    if (lost_) return *lost_;
    const std::lock_guard lock(disk_.mutex);
    if (!disk_.faults.full_key.empty() && as_text(key.key) == disk_.faults.full_key) {
      Error full = make_error(ErrorCode::storage_full, "full");
      if (disk_.faults.full_loses_transaction) lost_ = full;
      return full;
    }
    rows_[id_of(key)] = {version, std::string(as_text(bytes))};
    return {};
  }

  Status put_if(const RowKey& key, std::uint64_t expected, std::uint64_t version, BytesView bytes) override {
    const auto found = rows_.find(id_of(key));
    if ((found == rows_.end() ? 0 : found->second.version) != expected)
      return make_error(ErrorCode::conflict, "another version");
    return put(key, version, bytes);
  }

  Status erase(const RowKey& key) override {
    if (lost_) return *lost_;
    rows_.erase(id_of(key));
    return {};
  }

  Status savepoint() override {
    saved_ = rows_;
    return called("savepoint");
  }

  Status release() override { return called("release"); }

  Status rollback_to() override {
    rows_ = saved_;
    return called("rollback_to");
  }

  Status commit(std::uint64_t mark) override {
    STRONGROOM_CHECK(called("commit"));
    const std::lock_guard lock(disk_.mutex);
    if (disk_.faults.commit) return *disk_.faults.commit;
    disk_.rows = rows_;
    disk_.mark = mark;
    ++disk_.commits;
    if (disk_.faults.behind_commit) return *disk_.faults.behind_commit;
    return {};
  }

 private:
  Status called(const char* name) {
    if (lost_) return *lost_;
    const std::lock_guard lock(disk_.mutex);
    disk_.calls.emplace_back(name);
    return {};
  }

  FakeDisk& disk_;
  bool writes_;
  FakeDisk::Rows rows_, saved_;
  std::string buffer_;
  std::optional<Error> lost_;
};

class FakeStorage final : public Storage {
 public:
  explicit FakeStorage(FakeDisk& disk) : disk_(disk) {}

  Result<std::unique_ptr<ReadTransaction>> begin_read(std::span<const BytesView>) override {
    const std::lock_guard lock(disk_.mutex);
    if (disk_.faults.begin_read) return *disk_.faults.begin_read;
    ++disk_.begun_reads;
    return std::make_unique<FakeTransaction>(disk_, false);
  }

  Result<std::unique_ptr<WriteTransaction>> begin_write(std::span<const BytesView>) override {
    const std::lock_guard lock(disk_.mutex);
    if (disk_.faults.begin_write) return *disk_.faults.begin_write;
    return std::make_unique<FakeTransaction>(disk_, true);
  }

  Result<StorageHealth> health(bool) override {
    const std::lock_guard lock(disk_.mutex);
    StorageHealth out;
    out.mark = disk_.mark;
    return out;
  }

 private:
  FakeDisk& disk_;
};

}  // namespace

std::unique_ptr<Storage> fake_storage(FakeDisk& disk) {
  return std::make_unique<FakeStorage>(disk);
}

}  // namespace strongroom::store
