#include "tests/contract/storage_contract.h"

#include <array>
#include <atomic>
#include <thread>

namespace strongroom::testing {

using store::RowKey;
using store::RowView;

RowKey row_key(std::string_view key, std::uint32_t collection, std::string_view scope) {
  return {collection, as_bytes(scope), as_bytes(key)};
}

store::Range range_of(std::string_view first, std::string_view last, std::uint32_t limit, bool reverse) {
  return {1, {}, as_bytes(first), as_bytes(last), limit, reverse};
}

TextRows rows_of(store::ReadTransaction& transaction, const store::Range& range) {
  TextRows out;
  const Status status = transaction.scan(range, [&](BytesView key, const RowView& row) {
    out.emplace_back(as_text(key), as_text(row.bytes));
    return true;
  });
  EXPECT_EQ(outcome(status), "ok");
  return out;
}

std::string outcome(const Status& status) {
  return status ? "ok" : std::string(error_info(status.error().code).name);
}

std::string value_of(store::ReadTransaction& transaction, const RowKey& key) {
  const auto row = transaction.get(key);
  if (!row) return std::string(error_info(row.error().code).name);
  return row->has_value() ? std::string(as_text((*row)->bytes)) : "<none>";
}

void StorageContract::SetUp() {
  auto opened = GetParam().open(folder_.path());
  ASSERT_TRUE(opened) << opened.error().message;
  storage_ = std::move(opened).value();
}

namespace {

std::vector<BytesView> views(const std::vector<std::string>& scopes) {
  std::vector<BytesView> out;
  for (const auto& scope : scopes) out.push_back(as_bytes(scope));
  return out;
}

}  // namespace

std::unique_ptr<store::ReadTransaction> StorageContract::reader(std::vector<std::string> scopes) {
  auto begun = storage_->begin_read(views(scopes));
  EXPECT_TRUE(begun) << begun.error().message;
  return begun ? std::move(begun).value() : nullptr;
}

std::unique_ptr<store::WriteTransaction> StorageContract::writer(std::vector<std::string> scopes) {
  auto begun = storage_->begin_write(views(scopes));
  EXPECT_TRUE(begun) << begun.error().message;
  return begun ? std::move(begun).value() : nullptr;
}

void StorageContract::commit_rows(const TextRows& rows, std::uint64_t mark) {
  const auto write = writer();
  for (const auto& [key, value] : rows) ASSERT_EQ(outcome(write->put(row_key(key), 1, as_bytes(value))), "ok");
  ASSERT_EQ(outcome(write->commit(mark)), "ok");
}

TextRows StorageContract::committed_rows() {
  return rows_of(*reader(), range_of());
}

TEST_P(StorageContract, BeginsEmpty) {
  EXPECT_EQ(value_of(*reader(), row_key("a")), "<none>");
  EXPECT_EQ(committed_rows(), TextRows{});
}

TEST_P(StorageContract, KeepsWhatWasCommitted) {
  commit_rows({{"a", "one"}, {"b", ""}});
  EXPECT_EQ(value_of(*reader(), row_key("a")), "one");
  EXPECT_EQ(value_of(*reader(), row_key("b")), "");
  EXPECT_EQ(value_of(*reader(), row_key("c")), "<none>");
}

TEST_P(StorageContract, ReplacesARowAndItsVersion) {
  commit_rows({{"a", "one"}});
  const auto write = writer();
  EXPECT_EQ(outcome(write->put(row_key("a"), UINT64_MAX, as_bytes("two"))), "ok");
  EXPECT_EQ(outcome(write->commit(2)), "ok");
  const auto read = reader();
  const auto row = read->get(row_key("a"));
  ASSERT_TRUE(row && row->has_value());
  EXPECT_EQ((*row)->version, UINT64_MAX);
  EXPECT_EQ(as_text((*row)->bytes), "two");
}

TEST_P(StorageContract, OrdersKeysAsUnsignedBytes) {
  using namespace std::string_literals;
  const std::vector<std::string> ordered = {"\0"s, "\0\0"s, "\0\xff"s, "a"s,    "a\0"s,      "ab"s,
                                            "b"s,  "\x7f"s, "\x80"s,   "\xff"s, "\xff\xff"s, std::string(256, '\xff')};
  TextRows rows;
  for (auto key = ordered.rbegin(); key != ordered.rend(); ++key) rows.emplace_back(*key, "v");
  commit_rows(rows);
  std::vector<std::string> found;
  for (const auto& [key, value] : committed_rows()) found.push_back(key);
  EXPECT_EQ(found, ordered);
}

TEST_P(StorageContract, ScansHalfOpenRanges) {
  commit_rows({{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}});
  const auto read = reader();
  EXPECT_EQ(rows_of(*read, range_of("b", "d")), (TextRows{{"b", "2"}, {"c", "3"}}));
  EXPECT_EQ(rows_of(*read, range_of("bb")), (TextRows{{"c", "3"}, {"d", "4"}}));
  EXPECT_EQ(rows_of(*read, range_of("", "b")), (TextRows{{"a", "1"}}));
  EXPECT_EQ(rows_of(*read, range_of("c", "c")), TextRows{});
  EXPECT_EQ(rows_of(*read, range_of("d", "b")), TextRows{});
  EXPECT_EQ(rows_of(*read, range_of("d", "b", 0, true)), TextRows{});
  EXPECT_EQ(rows_of(*read, range_of("e")), TextRows{});
}

TEST_P(StorageContract, ScansBackwards) {
  commit_rows({{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}});
  const auto read = reader();
  EXPECT_EQ(rows_of(*read, range_of("", "", 0, true)), (TextRows{{"d", "4"}, {"c", "3"}, {"b", "2"}, {"a", "1"}}));
  EXPECT_EQ(rows_of(*read, range_of("b", "d", 0, true)), (TextRows{{"c", "3"}, {"b", "2"}}));
}

TEST_P(StorageContract, KeepsLimits) {
  commit_rows({{"a", "1"}, {"b", "2"}, {"c", "3"}});
  const auto read = reader();
  EXPECT_EQ(rows_of(*read, range_of("", "", 2)), (TextRows{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(rows_of(*read, range_of("", "", 2, true)), (TextRows{{"c", "3"}, {"b", "2"}}));
  EXPECT_EQ(rows_of(*read, range_of("", "", 9)).size(), 3U);
}

TEST_P(StorageContract, ScansMoreRowsThanFitAPiece) {
  TextRows rows;
  for (int i = 1000; i < 2000; ++i) rows.emplace_back(std::to_string(i), std::to_string(i * 7));
  commit_rows(rows);
  EXPECT_EQ(committed_rows(), rows);
  std::reverse(rows.begin(), rows.end());
  EXPECT_EQ(rows_of(*reader(), range_of("", "", 0, true)), rows);
}

TEST_P(StorageContract, StopsAScanWhenAsked) {
  commit_rows({{"a", "1"}, {"b", "2"}, {"c", "3"}});
  const auto read = reader();
  int seen = 0;
  EXPECT_EQ(outcome(read->scan(range_of(), [&](BytesView, const RowView&) { return ++seen < 2; })), "ok");
  EXPECT_EQ(seen, 2);
  EXPECT_EQ(value_of(*read, row_key("c")), "3");
}

TEST_P(StorageContract, StaysUsableAfterASinkThatThrows) {
  commit_rows({{"a", "1"}, {"b", "2"}});
  const auto read = reader();
  EXPECT_THROW((void)read->scan(range_of(), [](BytesView, const RowView&) -> bool { throw std::runtime_error("no"); }),
               std::runtime_error);
  EXPECT_EQ(rows_of(*read, range_of()).size(), 2U);
}

TEST_P(StorageContract, SeparatesCollectionsAndScopes) {
  const auto write = writer({"", "owner", "other"});
  const RowKey keys[] = {row_key("k", 1), row_key("k", 2), row_key("k", 1, "owner"), row_key("k", 1, "other")};
  for (std::size_t i = 0; i < std::size(keys); ++i)
    ASSERT_EQ(outcome(write->put(keys[i], 1, as_bytes(std::to_string(i)))), "ok");
  for (std::size_t i = 0; i < std::size(keys); ++i) EXPECT_EQ(value_of(*write, keys[i]), std::to_string(i));
  ASSERT_EQ(outcome(write->erase(keys[2])), "ok");
  ASSERT_EQ(outcome(write->commit(1)), "ok");
  const auto read = reader({"owner", "other", ""});
  EXPECT_EQ(value_of(*read, keys[2]), "<none>");
  EXPECT_EQ(value_of(*read, keys[3]), "3");
  EXPECT_EQ(rows_of(*read, {1, as_bytes("other"), {}, {}, 0, false}), (TextRows{{"k", "3"}}));
  EXPECT_EQ(rows_of(*read, {2, {}, {}, {}, 0, true}), (TextRows{{"k", "1"}}));
}

TEST_P(StorageContract, HidesScopesThatWereNotAskedFor) {
  const auto write = writer({"owner"});
  EXPECT_EQ(outcome(write->put(row_key("k", 1, "owner"), 1, as_bytes("v"))), "ok");
  EXPECT_EQ(outcome(write->put(row_key("k"), 1, as_bytes("v"))), "denied");
  EXPECT_EQ(outcome(write->erase(row_key("k", 1, "other"))), "denied");
  EXPECT_EQ(outcome(write->commit(1)), "ok");
  const auto read = reader();
  EXPECT_EQ(value_of(*read, row_key("k", 1, "owner")), "denied");
  EXPECT_EQ(outcome(read->scan({1, as_bytes("owner"), {}, {}, 0, false}, [](auto, const auto&) { return true; })),
            "denied");
  EXPECT_FALSE(storage_->begin_read({}));
}

TEST_P(StorageContract, WritesConditionally) {
  const auto write = writer();
  EXPECT_EQ(outcome(write->put_if(row_key("a"), 1, 2, as_bytes("x"))), "conflict");
  EXPECT_EQ(outcome(write->put_if(row_key("a"), 0, 5, as_bytes("x"))), "ok");
  EXPECT_EQ(outcome(write->put_if(row_key("a"), 0, 6, as_bytes("y"))), "conflict");
  EXPECT_EQ(outcome(write->put_if(row_key("a"), 5, 6, as_bytes("y"))), "ok");
  EXPECT_EQ(outcome(write->erase(row_key("a"))), "ok");
  EXPECT_EQ(outcome(write->put_if(row_key("a"), 6, 7, as_bytes("z"))), "conflict");
  EXPECT_EQ(value_of(*write, row_key("a")), "<none>");
}

TEST_P(StorageContract, ErasesAlsoWhatIsNotThere) {
  commit_rows({{"a", "1"}});
  const auto write = writer();
  EXPECT_EQ(outcome(write->erase(row_key("a"))), "ok");
  EXPECT_EQ(outcome(write->erase(row_key("a"))), "ok");
  EXPECT_EQ(outcome(write->erase(row_key("never"))), "ok");
  EXPECT_EQ(outcome(write->commit(2)), "ok");
  EXPECT_EQ(committed_rows(), TextRows{});
}

TEST_P(StorageContract, GoesBackToASavepoint) {
  commit_rows({{"a", "old"}, {"b", "old"}});
  const auto write = writer();
  ASSERT_EQ(outcome(write->put(row_key("a"), 2, as_bytes("before"))), "ok");
  ASSERT_EQ(outcome(write->savepoint()), "ok");
  ASSERT_EQ(outcome(write->put(row_key("a"), 3, as_bytes("after"))), "ok");
  ASSERT_EQ(outcome(write->put(row_key("c"), 1, as_bytes("after"))), "ok");
  ASSERT_EQ(outcome(write->erase(row_key("b"))), "ok");
  ASSERT_EQ(outcome(write->rollback_to()), "ok");
  ASSERT_EQ(outcome(write->savepoint()), "ok");
  ASSERT_EQ(outcome(write->put(row_key("d"), 1, as_bytes("kept"))), "ok");
  ASSERT_EQ(outcome(write->release()), "ok");
  ASSERT_EQ(outcome(write->commit(2)), "ok");
  EXPECT_EQ(committed_rows(), (TextRows{{"a", "before"}, {"b", "old"}, {"d", "kept"}}));
  EXPECT_EQ(storage_->health(false)->rows, 3U);
}

TEST_P(StorageContract, AllowsOneSavepointAtATime) {
  const auto write = writer();
  EXPECT_EQ(outcome(write->release()), "invalid_argument");
  EXPECT_EQ(outcome(write->rollback_to()), "invalid_argument");
  EXPECT_EQ(outcome(write->savepoint()), "ok");
  EXPECT_EQ(outcome(write->savepoint()), "invalid_argument");
  EXPECT_EQ(outcome(write->put(row_key("a"), 1, as_bytes("v"))), "ok");
  EXPECT_EQ(outcome(write->commit(1)), "ok");
  EXPECT_EQ(committed_rows().size(), 1U);
}

TEST_P(StorageContract, UndoesAWriteThatIsNotCommitted) {
  commit_rows({{"a", "1"}}, 7);
  {
    const auto write = writer();
    ASSERT_EQ(outcome(write->put(row_key("a"), 2, as_bytes("2"))), "ok");
    ASSERT_EQ(outcome(write->put(row_key("b"), 1, as_bytes("2"))), "ok");
    ASSERT_EQ(outcome(write->put(row_key("b"), 2, as_bytes("3"))), "ok");
  }
  EXPECT_EQ(committed_rows(), (TextRows{{"a", "1"}}));
  const auto health = storage_->health(true);
  ASSERT_TRUE(health);
  EXPECT_EQ(health->mark, 7U);
  EXPECT_EQ(health->rows, 1U);
}

TEST_P(StorageContract, ReadsASnapshotDuringAWrite) {
  commit_rows({{"a", "old"}, {"b", "old"}});
  const auto before = reader();
  EXPECT_EQ(value_of(*before, row_key("a")), "old");
  const auto write = writer();
  ASSERT_EQ(outcome(write->put(row_key("a"), 2, as_bytes("new"))), "ok");
  ASSERT_EQ(outcome(write->erase(row_key("b"))), "ok");
  ASSERT_EQ(outcome(write->put(row_key("c"), 1, as_bytes("new"))), "ok");
  EXPECT_EQ(value_of(*write, row_key("a")), "new");
  EXPECT_EQ(value_of(*reader(), row_key("a")), "old");
  ASSERT_EQ(outcome(write->commit(2)), "ok");
  EXPECT_EQ(rows_of(*before, range_of()), (TextRows{{"a", "old"}, {"b", "old"}}));
  EXPECT_EQ(value_of(*before, row_key("c")), "<none>");
  EXPECT_EQ(committed_rows(), (TextRows{{"a", "new"}, {"c", "new"}}));
}

TEST_P(StorageContract, StoresTheMarkWithTheCommit) {
  EXPECT_EQ(storage_->health(false)->mark, 0U);
  commit_rows({{"a", "1"}}, 41);
  EXPECT_EQ(storage_->health(false)->mark, 41U);
  commit_rows({}, UINT64_MAX);
  EXPECT_EQ(storage_->health(false)->mark, UINT64_MAX);
}

TEST_P(StorageContract, KeepsRowsOfTheLargestSize) {
  const std::string scope(store::k_max_scope, 's');
  const std::string key(store::k_max_key, 'k');
  std::string value(store::k_max_value, 'v');
  value.front() = '\0';
  value.back() = '\xff';
  const RowKey largest = row_key(key, UINT32_MAX, scope);
  const auto write = writer({scope});
  ASSERT_EQ(outcome(write->put(largest, 1, as_bytes(value))), "ok");
  ASSERT_EQ(outcome(write->commit(1)), "ok");
  const auto read = reader({scope});
  EXPECT_TRUE(value_of(*read, largest) == value);
  EXPECT_EQ(value_of(*read, row_key("small", 1, scope)), "<none>");
}

TEST_P(StorageContract, RefusesWhatIsTooLarge) {
  const std::string key(store::k_max_key + 1, 'k');
  const std::string value(store::k_max_value + 1, 'v');
  const std::string scope(store::k_max_scope + 1, 's');
  const auto write = writer();
  EXPECT_EQ(outcome(write->put(row_key(key), 1, as_bytes("v"))), "too_large");
  EXPECT_EQ(outcome(write->put(row_key("k"), 1, as_bytes(value))), "too_large");
  EXPECT_EQ(outcome(write->put_if(row_key("k"), 0, 1, as_bytes(value))), "too_large");
  EXPECT_EQ(outcome(write->put(row_key(""), 1, as_bytes("v"))), "invalid_argument");
  EXPECT_EQ(outcome(write->put(row_key("k"), 0, as_bytes("v"))), "invalid_argument");
  EXPECT_EQ(value_of(*write, row_key(key)), "too_large");
  const BytesView scopes[] = {as_bytes(scope)};
  const auto refused = storage_->begin_read(scopes);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::too_large);
}

TEST_P(StorageContract, HasOneWriterAtATime) {
  const BytesView system[] = {BytesView()};
  auto first = writer();
  const auto second = storage_->begin_write(system);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::busy);
  EXPECT_EQ(outcome(first->commit(1)), "ok");
  auto third = writer();
  third.reset();
  EXPECT_NE(writer(), nullptr);
}

TEST_P(StorageContract, EndsATransactionWithItsCommit) {
  const auto write = writer();
  ASSERT_EQ(outcome(write->commit(1)), "ok");
  EXPECT_EQ(value_of(*write, row_key("a")), "internal");
  EXPECT_EQ(outcome(write->commit(2)), "internal");
}

TEST_P(StorageContract, CountsRows) {
  commit_rows({{"a", "1"}, {"b", "1"}, {"c", "1"}});
  commit_rows({{"a", "2"}, {"d", "1"}});
  {
    const auto write = writer();
    ASSERT_EQ(outcome(write->erase(row_key("b"))), "ok");
    ASSERT_EQ(outcome(write->erase(row_key("zz"))), "ok");
    ASSERT_EQ(outcome(write->put(row_key("b"), 1, as_bytes("again"))), "ok");
    ASSERT_EQ(outcome(write->erase(row_key("c"))), "ok");
    ASSERT_EQ(outcome(write->commit(3)), "ok");
  }
  const auto health = storage_->health(false);
  ASSERT_TRUE(health);
  EXPECT_EQ(health->rows, 3U);
  EXPECT_TRUE(health->healthy);
  EXPECT_FALSE(health->detail.empty());
}

TEST_P(StorageContract, NeverShowsPartOfACommitToAReader) {
  std::atomic<bool> stop = false;
  std::atomic<int> torn = 0;
  std::array<std::thread, 3> readers;
  for (auto& thread : readers)
    thread = std::thread([&] {
      while (!stop) {
        const auto read = reader();
        if (value_of(*read, row_key("left")) != value_of(*read, row_key("right"))) ++torn;
      }
    });
  for (int i = 0; i < 100; ++i) commit_rows({{"left", std::to_string(i)}, {"right", std::to_string(i)}});
  stop = true;
  for (auto& thread : readers) thread.join();
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(committed_rows(), (TextRows{{"left", "99"}, {"right", "99"}}));
}

}  // namespace strongroom::testing
