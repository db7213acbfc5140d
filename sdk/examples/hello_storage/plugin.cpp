// A storage plugin in one file: a map that is copied by each writer and shared by its readers.
#include <map>
#include <mutex>
#include <tuple>

#include <strongroom/plugin/storage.h>

namespace {

using namespace strongroom;
using namespace strongroom::plugin;

struct Row {
  std::uint64_t version = 0;
  std::string value;
};

// Strings compare like memcmp, which is the order that the contract asks for.
using Id = std::tuple<std::uint32_t, std::string, std::string>;  // collection, scope, key
using Rows = std::map<Id, Row>;

struct State {
  std::shared_ptr<const Rows> rows = std::make_shared<Rows>();
  std::uint64_t mark = 0;
};

struct Shared {
  std::mutex mutex;
  State state;           // guarded by mutex; the rows themselves never change
  bool writing = false;  // guarded by mutex
};

Id id_of(std::uint32_t collection, BytesView scope, BytesView key) {
  return {collection, std::string(as_text(scope)), std::string(as_text(key))};
}

class HelloTransaction final : public Transaction {
 public:
  HelloTransaction(Shared& shared, bool writes) : shared_(shared), writes_(writes), seen_(shared.state.rows) {
    if (writes_) changed_ = *seen_;
  }

  ~HelloTransaction() override {
    if (!writes_) return;
    const std::lock_guard lock(shared_.mutex);
    shared_.writing = false;
  }

  Status get(const RowKey& key, RowSink& sink) override {
    const auto found = rows().find(id_of(key.collection, key.scope, key.key));
    if (found != rows().end()) sink(key.key, found->second.version, as_bytes(found->second.value));
    return {};
  }

  Status scan(const Range& range, RowSink& sink) override {
    auto from = rows().lower_bound(id_of(range.collection, range.scope, range.first));
    auto to = rows().lower_bound(id_of(range.collection, range.scope, range.last));
    if (range.last.empty()) to = rows().upper_bound({range.collection, std::string(as_text(range.scope)), k_end});
    if (range.last.size() != 0 && !std::ranges::lexicographical_compare(range.first, range.last)) return {};
    for (std::uint32_t n = 0; from != to && (range.limit == 0 || n < range.limit); ++n) {
      const auto row = range.reverse ? --to : from++;
      if (!sink(as_bytes(std::get<2>(row->first)), row->second.version, as_bytes(row->second.value))) break;
    }
    return {};
  }

  Status put(const RowKey& key, std::uint64_t version, BytesView value) override {
    changed_[id_of(key.collection, key.scope, key.key)] = {version, std::string(as_text(value))};
    return {};
  }

  Status erase(const RowKey& key) override {
    changed_.erase(id_of(key.collection, key.scope, key.key));
    return {};
  }

  Status savepoint() override {
    saved_ = changed_;
    return {};
  }

  Status release() override { return {}; }

  Status rollback_to() override {
    changed_ = saved_;
    return {};
  }

  Status commit(std::uint64_t mark) override {
    auto rows = std::make_shared<const Rows>(std::move(changed_));
    const std::lock_guard lock(shared_.mutex);
    shared_.state = {std::move(rows), mark};
    return {};
  }

 private:
  // Behind every key: keys have at most 256 bytes.
  inline static const std::string k_end = std::string(SR_STORAGE_MAX_KEY + 1, '\xff');

  const Rows& rows() const { return writes_ ? changed_ : *seen_; }

  Shared& shared_;
  bool writes_;
  std::shared_ptr<const Rows> seen_;
  Rows changed_, saved_;
};

class HelloStorage final : public Storage {
 public:
  static constexpr const char* k_id = "com.example.storage.hello";
  static constexpr const char* k_name = "Hello storage";
  static constexpr const char* k_version = "1.0.0";

  static Result<std::unique_ptr<Storage>> open(const Settings& settings, const Host&) {
    STRONGROOM_CHECK(settings.only({"folder"}));
    return std::make_unique<HelloStorage>();
  }

  Result<std::unique_ptr<Transaction>> begin(Access access) override {
    const std::lock_guard lock(shared_.mutex);
    const bool writes = access == Access::write;
    if (writes && shared_.writing) return make_error(ErrorCode::busy, "another write is under way");
    auto transaction = std::make_unique<HelloTransaction>(shared_, writes);
    if (writes) shared_.writing = true;
    return transaction;
  }

  Result<Health> health(bool) override {
    const std::lock_guard lock(shared_.mutex);
    return Health{.rows = shared_.state.rows->size(), .mark = shared_.state.mark, .detail = "rows are kept in memory"};
  }

  Status backup(ByteSink&) override {
    return make_error(ErrorCode::not_implemented, "there is nothing to back up: rows are kept in memory only");
  }

 private:
  Shared shared_;
};

}  // namespace

STRONGROOM_PLUGIN(HelloStorage)
