// A storage that breaks one promise: the one that its setting "broken" names.
#include <map>
#include <mutex>
#include <tuple>

#include <strongroom/plugin/storage.h>

namespace {

using namespace strongroom;
using namespace strongroom::plugin;

using Id = std::tuple<std::uint32_t, std::string, std::string>;
using Rows = std::map<Id, std::pair<std::uint64_t, std::string>>;

struct Shared {
  std::string broken;
  std::mutex mutex;
  Rows rows;
  std::uint64_t mark = 0;
  bool writing = false;
};

class BrokenTransaction final : public Transaction {
 public:
  BrokenTransaction(Shared& shared, bool writes) : shared_(shared), writes_(writes), mine_(shared.rows) {}

  ~BrokenTransaction() override {
    const std::lock_guard lock(shared_.mutex);
    if (writes_) shared_.writing = false;
  }

  Status get(const RowKey& key, RowSink& sink) override {
    const std::lock_guard lock(shared_.mutex);
    const Rows& rows = seen();
    const auto found = rows.find(id_of(key));
    if (found != rows.end()) sink(key.key, found->second.first, as_bytes(found->second.second));
    return {};
  }

  Status scan(const Range& range, RowSink& sink) override {
    const std::string first(as_text(range.first)), last(as_text(range.last));
    std::vector<std::pair<std::string, std::pair<std::uint64_t, std::string>>> found;
    for (const auto& [id, row] : mine_) {
      const auto& [collection, scope, key] = id;
      if (collection == range.collection && scope == as_text(range.scope) && key >= first &&
          (last.empty() || key < last))
        found.emplace_back(key, row);
    }
    if (range.reverse != (shared_.broken == "hands over rows backwards")) std::reverse(found.begin(), found.end());
    const std::size_t limit = range.limit == 0 || shared_.broken == "knows no limit" ? found.size() : range.limit;
    for (std::size_t i = 0; i < std::min(found.size(), limit); ++i)
      if (!sink(as_bytes(found[i].first), found[i].second.first, as_bytes(found[i].second.second))) break;
    return {};
  }

  Status put(const RowKey& key, std::uint64_t version, BytesView value) override {
    const std::lock_guard lock(shared_.mutex);
    if (shared_.broken == "shows what is not committed")
      shared_.rows[id_of(key)] = {version, std::string(as_text(value))};
    mine_[id_of(key)] = {version, std::string(as_text(value))};
    return {};
  }

  Status erase(const RowKey& key) override {
    mine_.erase(id_of(key));
    return {};
  }

  Status savepoint() override {
    saved_ = mine_;
    return {};
  }

  Status release() override { return {}; }

  Status rollback_to() override {
    if (shared_.broken != "forgets savepoints") mine_ = saved_;
    return {};
  }

  Status commit(std::uint64_t mark) override {
    const std::lock_guard lock(shared_.mutex);
    shared_.rows = mine_;
    if (shared_.broken != "forgets marks") shared_.mark = mark;
    return {};
  }

 private:
  static Id id_of(const RowKey& key) {
    return {key.collection, std::string(as_text(key.scope)), std::string(as_text(key.key))};
  }

  const Rows& seen() const {
    return !writes_ && shared_.broken == "shows what is not committed" ? shared_.rows : mine_;
  }

  Shared& shared_;
  bool writes_;
  Rows mine_, saved_;
};

class BrokenStorage final : public Storage {
 public:
  static constexpr const char* k_id = "com.example.storage.broken";
  static constexpr const char* k_name = "Broken storage";
  static constexpr const char* k_version = "1.0.0";

  static Result<std::unique_ptr<Storage>> open(const Settings& settings, const Host&) {
    auto storage = std::make_unique<BrokenStorage>();
    storage->shared_.broken = settings.find("broken").value_or("");
    return storage;
  }

  Result<std::unique_ptr<Transaction>> begin(Access access) override {
    const std::lock_guard lock(shared_.mutex);
    const bool writes = access == Access::write;
    if (writes && shared_.writing && shared_.broken != "has many writers")
      return make_error(ErrorCode::busy, "another write is under way");
    shared_.writing = shared_.writing || writes;
    return std::make_unique<BrokenTransaction>(shared_, writes);
  }

  Result<Health> health(bool) override {
    const std::lock_guard lock(shared_.mutex);
    // Says that it lies on a disk.
    return Health{.rows = shared_.rows.size(), .bytes = 4096, .mark = shared_.mark, .detail = "all is well"};
  }

  Status backup(ByteSink&) override { return {}; }

 private:
  Shared shared_;
};

}  // namespace

STRONGROOM_PLUGIN(BrokenStorage)
