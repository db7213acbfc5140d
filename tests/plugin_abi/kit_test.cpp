// The C++ kit, called through the C table that it builds.
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

#include <strongroom/plugin/storage.h>

namespace strongroom::plugin {
namespace {

std::function<Status()> g_put;  // what the plugin's put does; the table has no place for an object

class OneRow final : public Transaction {
 public:
  Status get(const RowKey& key, RowSink& sink) override {
    if (as_text(key.key) == "k") sink(key.key, 7, as_bytes("v"));
    return {};
  }

  Status scan(const Range&, RowSink& sink) override {
    while (sink(as_bytes("k"), 7, as_bytes("v"))) {
    }
    EXPECT_FALSE(sink(as_bytes("k"), 7, as_bytes("v")));
    return {};
  }

  Status put(const RowKey&, std::uint64_t, BytesView) override { return g_put ? g_put() : Status(); }

  Status erase(const RowKey&) override { return {}; }

  Status savepoint() override { return {}; }

  Status release() override { return {}; }

  Status rollback_to() override { return {}; }

  Status commit(std::uint64_t) override { throw 5; }
};

class TestStorage final : public Storage {
 public:
  static constexpr const char* k_id = "com.example.test";
  static constexpr const char* k_name = "Test";
  static constexpr const char* k_version = "1";

  static Result<std::unique_ptr<Storage>> open(const Settings& settings, const Host& host) {
    STRONGROOM_CHECK(settings.only({"folder"}));
    STRONGROOM_ASSIGN(const std::string folder, settings.get("folder"));
    host.info(folder);
    return std::make_unique<TestStorage>();
  }

  Result<std::unique_ptr<Transaction>> begin(Access) override { return std::make_unique<OneRow>(); }

  Result<Health> health(bool thorough) override { return Health{.rows = thorough ? 2U : 1U, .detail = "fine"}; }

  Status backup(ByteSink& sink) override {
    const Bytes much(3 * 1024 * 1024 + 1, 'x');
    sink(much);
    return {};
  }
};

sr_bytes bytes(std::string_view text) {
  return to_abi(text);
}

class Kit : public ::testing::Test {
 protected:
  void SetUp() override {
    g_put = nullptr;
    const sr_setting setting{bytes("folder"), bytes("/x")};
    const sr_storage_config config{sizeof config, 1, &setting};
    ASSERT_EQ(table_.open(&config, &host_, &storage_, &error_), SR_OK);
  }

  void TearDown() override {
    if (transaction_ != nullptr) table_.rollback(transaction_);
    table_.close(storage_);
    g_put = nullptr;
  }

  void begin(std::uint32_t flags) {
    const sr_bytes scopes[] = {bytes(""), bytes("owner")};
    ASSERT_EQ(table_.begin(storage_, flags, scopes, 2, &transaction_, &error_), SR_OK);
  }

  sr_status put(sr_row_key key = {1, 0, {}, bytes("k")}, std::uint64_t version = 1, sr_bytes value = bytes("v")) {
    return table_.put(transaction_, &key, version, value, &error_);
  }

  static sr_row_key key(std::string_view key, std::string_view scope = "") { return {1, 0, bytes(scope), bytes(key)}; }

  const sr_storage_v1& table_ =
      *static_cast<const sr_storage_v1*>(TestStorage::extension<TestStorage>(SR_STORAGE_V1_ID));
  std::string logged_, sentence_;
  sr_host host_{sizeof(sr_host), 0, &logged_, [](void* context, std::uint32_t, sr_bytes line) {
                  *static_cast<std::string*>(context) = as_text(from_abi(line));
                }};
  sr_error_sink error_{sizeof(sr_error_sink), 0, &sentence_, [](void* context, sr_bytes sentence) {
                         *static_cast<std::string*>(context) = as_text(from_abi(sentence));
                       }};
  sr_storage* storage_ = nullptr;
  sr_transaction* transaction_ = nullptr;
};

TEST_F(Kit, KnowsItsExtensionOnly) {
  EXPECT_EQ(TestStorage::extension<TestStorage>("strongroom.storage/2"), nullptr);
  EXPECT_EQ(entry_of<TestStorage>().get_extension(SR_STORAGE_V1_ID), &table_);
}

TEST_F(Kit, HandsSettingsAndHostToThePlugin) {
  EXPECT_EQ(logged_, "/x");
  sr_storage* other = nullptr;
  const sr_setting settings[] = {{bytes("folder"), bytes("/x")}, {bytes("size"), bytes("1")}};
  const sr_storage_config unknown{sizeof unknown, 2, settings};
  EXPECT_EQ(table_.open(&unknown, &host_, &other, &error_), SR_INVALID);
  EXPECT_EQ(sentence_, "the setting 'size' is not known to this plugin");
  const sr_storage_config missing{sizeof missing, 0, nullptr};
  EXPECT_EQ(table_.open(&missing, &host_, &other, &error_), SR_INVALID);
  EXPECT_EQ(other, nullptr);
}

TEST_F(Kit, TurnsErrorsIntoStatuses) {
  begin(SR_BEGIN_WRITE);
  for (const ErrorInfo& row : error_table()) {
    g_put = [&] { return make_error(row.code, "because"); };
    sentence_.clear();
    EXPECT_EQ(put(), row.abi_status) << row.name;
    EXPECT_EQ(sentence_, "because");
  }
}

TEST_F(Kit, TurnsExceptionsIntoStatusesWithoutTheirText) {
  begin(SR_BEGIN_WRITE);
  g_put = []() -> Status { throw std::runtime_error("value 1234"); };
  EXPECT_EQ(put(), SR_FAILED);
  EXPECT_EQ(sentence_, "the plugin failed unexpectedly");
  g_put = []() -> Status { throw std::bad_alloc(); };
  EXPECT_EQ(put(), SR_FAILED);
  EXPECT_EQ(sentence_, "the plugin is out of memory");
  g_put = []() -> Status { throw 3; };
  EXPECT_EQ(put(), SR_FAILED);
  EXPECT_EQ(table_.commit(std::exchange(transaction_, nullptr), 1, &error_), SR_FAILED);
}

TEST_F(Kit, CutsLongSentences) {
  begin(SR_BEGIN_WRITE);
  g_put = [] { return make_error(ErrorCode::storage_failed, std::string(2000, 'x')); };
  EXPECT_EQ(put(), SR_IO);
  EXPECT_EQ(sentence_.size(), SR_MAX_TEXT);
}

TEST_F(Kit, KeepsBounds) {
  begin(SR_BEGIN_WRITE);
  const std::string long_key(SR_STORAGE_MAX_KEY + 1, 'k');
  const std::string long_scope(SR_STORAGE_MAX_SCOPE + 1, 's');
  const std::string long_value(SR_STORAGE_MAX_VALUE + 1, 'v');
  EXPECT_EQ(put(key("k")), SR_OK);
  EXPECT_EQ(put(key("")), SR_INVALID);
  EXPECT_EQ(put(key(long_key)), SR_TOO_LARGE);
  EXPECT_EQ(put(key("k", long_scope)), SR_TOO_LARGE);
  EXPECT_EQ(put(key("k"), 1, bytes(long_value)), SR_TOO_LARGE);
  EXPECT_EQ(put(key("k"), 0), SR_INVALID);
}

TEST_F(Kit, KeepsScopes) {
  begin(SR_BEGIN_WRITE);
  EXPECT_EQ(put(key("k", "owner")), SR_OK);
  EXPECT_EQ(put(key("k", "other")), SR_INVALID);
  const sr_row_key other = key("k", "other");
  const sr_row_sink sink{sizeof sink, 0, nullptr,
                         [](void*, sr_bytes, std::uint64_t, sr_bytes) { return sr_status{SR_OK}; }};
  EXPECT_EQ(table_.get(transaction_, &other, &sink, &error_), SR_INVALID);
  EXPECT_EQ(table_.erase(transaction_, &other, &error_), SR_INVALID);
  const sr_range range{1, 0, 0, 0, bytes("other"), {}, {}};
  EXPECT_EQ(table_.scan(transaction_, &range, &sink, &error_), SR_INVALID);
  sr_transaction* none = nullptr;
  EXPECT_EQ(table_.begin(storage_, SR_BEGIN_READ, nullptr, 0, &none, &error_), SR_INVALID);
  EXPECT_EQ(table_.begin(storage_, 6, &range.scope, 1, &none, &error_), SR_INVALID);
}

TEST_F(Kit, NeverWritesInAReadTransaction) {
  begin(SR_BEGIN_READ);
  const sr_row_key row = key("k");
  EXPECT_EQ(put(), SR_INVALID);
  EXPECT_EQ(table_.put_if(transaction_, &row, 0, 1, {}, &error_), SR_INVALID);
  EXPECT_EQ(table_.erase(transaction_, &row, &error_), SR_INVALID);
  EXPECT_EQ(table_.savepoint(transaction_, &error_), SR_INVALID);
  EXPECT_EQ(table_.commit(std::exchange(transaction_, nullptr), 1, &error_), SR_INVALID);
}

TEST_F(Kit, ReturnsWhatASinkReturned) {
  begin(SR_BEGIN_READ);
  int left = 3;
  const sr_row_sink sink{sizeof sink, 0, &left, [](void* context, sr_bytes, std::uint64_t, sr_bytes) {
                           return --*static_cast<int*>(context) > 0 ? sr_status{SR_OK} : sr_status{4711};
                         }};
  const sr_range range{1, 0, 0, 0, {}, {}, {}};
  EXPECT_EQ(table_.scan(transaction_, &range, &sink, &error_), 4711);
  EXPECT_EQ(left, 0);
  const sr_row_key row = key("k");
  EXPECT_EQ(table_.get(transaction_, &row, &sink, &error_), 4711);
}

TEST_F(Kit, TellsARowFromNone) {
  begin(SR_BEGIN_READ);
  std::uint64_t version = 0;
  const sr_row_sink sink{sizeof sink, 0, &version, [](void* context, sr_bytes, std::uint64_t v, sr_bytes) {
                           *static_cast<std::uint64_t*>(context) = v;
                           return sr_status{SR_OK};
                         }};
  const sr_row_key here = key("k");
  const sr_row_key absent = key("absent");
  EXPECT_EQ(table_.get(transaction_, &absent, &sink, &error_), SR_NOT_FOUND);
  EXPECT_EQ(table_.get(transaction_, &here, &sink, &error_), SR_OK);
  EXPECT_EQ(version, 7U);
}

TEST_F(Kit, CutsABackupIntoPieces) {
  std::vector<std::uint64_t> sizes;
  const sr_byte_sink sink{sizeof sink, 0, &sizes, [](void* context, sr_bytes piece) {
                            auto& list = *static_cast<std::vector<std::uint64_t>*>(context);
                            list.push_back(piece.size);
                            return list.size() == 5 ? sr_status{4711} : sr_status{SR_OK};
                          }};
  EXPECT_EQ(table_.backup(storage_, &sink, &error_), SR_OK);
  EXPECT_EQ(sizes, (std::vector<std::uint64_t>{1048576, 1048576, 1048576, 1}));
  EXPECT_EQ(table_.backup(storage_, &sink, &error_), 4711);
  EXPECT_EQ(sizes.size(), 5U);
}

}  // namespace
}  // namespace strongroom::plugin
