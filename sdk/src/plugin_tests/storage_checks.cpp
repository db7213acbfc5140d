// The promises of strongroom/abi/storage.h.
#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "sdk/src/plugin_tests/storage_run.h"

namespace strongroom::plugin_tests {
namespace {

using Texts = std::vector<std::pair<std::string, std::string>>;  // key, value

Texts texts_of(Transaction& transaction, const Range& range) {
  Texts out;
  for (auto& row : transaction.rows_of(range)) out.emplace_back(std::move(row.key), std::move(row.value));
  return out;
}

void begins_empty(Context& context) {
  StorageRun storage(context);
  const auto read = storage.reader();
  expect(read->value_of("a") == "<none>", "get in a new storage must answer SR_NOT_FOUND");
  expect(read->rows_of({}).empty(), "a new storage must have no rows");
  expect(storage.health().mark == 0, "the mark of a new storage must be 0");
}

void keeps_what_was_committed(Context& context) {
  StorageRun storage(context);
  storage.commit_rows({{"a", "one"}, {"b", ""}});
  const auto read = storage.reader();
  expect(read->value_of("a") == "one", "a committed row must be read back");
  expect(read->value_of("b").empty(), "a row with an empty value must be read back");
  expect(read->value_of("c") == "<none>", "a row that was never written must not be found");
}

void replaces_a_row_and_its_version(Context& context) {
  StorageRun storage(context);
  storage.commit_rows({{"a", "one"}});
  const auto write = storage.writer();
  expect_status(write->put("a", "two", UINT64_MAX), SR_OK, "put over a row");
  expect_status(write->commit(2), SR_OK, "commit");
  std::optional<Row> row;
  expect_status(storage.reader()->get("a", row), SR_OK, "get");
  expect(row == Row{"a", UINT64_MAX, "two"}, "a row that was replaced must have its new version and value");
}

void orders_keys_as_unsigned_bytes(Context& context) {
  using namespace std::string_literals;
  const std::vector<std::string> ordered = {"\0"s, "\0\0"s, "\0\xff"s, "a"s,    "a\0"s,      "ab"s,
                                            "b"s,  "\x7f"s, "\x80"s,   "\xff"s, "\xff\xff"s, std::string(256, '\xff')};
  Texts rows;
  for (auto key = ordered.rbegin(); key != ordered.rend(); ++key) rows.emplace_back(*key, "v");
  StorageRun storage(context);
  storage.commit_rows(rows);
  std::vector<std::string> found;
  for (const auto& row : storage.reader()->rows_of({})) found.push_back(row.key);
  expect(found == ordered, "scan must hand over keys in the order of memcmp, also with bytes 0 and 255 in them");
}

void scans_half_open_ranges(Context& context) {
  StorageRun storage(context);
  storage.commit_rows({{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}});
  const auto read = storage.reader();

  struct {
    Range range;
    Texts wanted;
  } const cases[] = {
      {{"b", "d"}, {{"b", "2"}, {"c", "3"}}},
      {{"bb", ""}, {{"c", "3"}, {"d", "4"}}},
      {{"", "b"}, {{"a", "1"}}},
      {{"c", "c"}, {}},
      {{"d", "b"}, {}},
      {{"d", "b", 0, SR_SCAN_REVERSE}, {}},
      {{"e", ""}, {}},
      {{"", "", 2}, {{"a", "1"}, {"b", "2"}}},
      {{"", "", 9}, {{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}}},
      {{"", "", 0, SR_SCAN_REVERSE}, {{"d", "4"}, {"c", "3"}, {"b", "2"}, {"a", "1"}}},
      {{"b", "d", 0, SR_SCAN_REVERSE}, {{"c", "3"}, {"b", "2"}}},
      {{"", "", 2, SR_SCAN_REVERSE}, {{"d", "4"}, {"c", "3"}}},
  };

  for (const auto& [range, wanted] : cases)
    expect(texts_of(*read, range) == wanted, "a scan from '" + std::string(range.first) + "' to '" +
                                                 std::string(range.last) + "', limit " + std::to_string(range.limit) +
                                                 ", flags " + std::to_string(range.flags) + ", hands over other rows");
}

void hands_back_what_a_failing_sink_says(Context& context) {
  constexpr sr_status k_failure = 4711;
  StorageRun storage(context);
  storage.commit_rows({{"a", "1"}, {"b", "2"}, {"c", "3"}});
  const auto read = storage.reader();
  std::vector<Row> rows;
  expect_status(read->scan({}, rows, 2, k_failure), k_failure, "a scan whose sink fails");
  expect(rows.size() == 2, "the sink of a scan is called again after it has failed");
  expect(read->rows_of({}).size() == 3, "a transaction must stay usable after a sink has failed");
}

void separates_collections_and_scopes(Context& context) {
  using Key = Transaction::Key;
  StorageRun storage(context);
  const auto write = storage.writer({"", "owner", "other"});
  const Key keys[] = {Key("k"), Key("k", "", 2), Key("k", "owner"), Key("k", "other")};
  for (std::size_t i = 0; i < std::size(keys); ++i)
    expect_status(write->put(keys[i], std::to_string(i)), SR_OK, "put of the same key in several scopes");
  for (std::size_t i = 0; i < std::size(keys); ++i)
    expect(write->value_of(keys[i]) == std::to_string(i), "equal keys of two collections or scopes are one row");
  expect_status(write->erase(keys[2]), SR_OK, "erase");
  expect_status(write->commit(1), SR_OK, "commit");
  const auto read = storage.reader({"owner", "other", ""});
  expect(read->value_of(keys[2]) == "<none>" && read->value_of(keys[3]) == "3", "erase reaches into another scope");
  expect(texts_of(*read, {"", "", 0, 0, 1, "other"}) == Texts{{"k", "3"}}, "a scan reaches into another scope");
  expect(texts_of(*read, {"", "", 0, SR_SCAN_REVERSE, 2}) == Texts{{"k", "1"}}, "a scan reaches into a collection");
}

void hides_scopes_that_were_not_asked_for(Context& context) {
  using Key = Transaction::Key;
  StorageRun storage(context);
  const auto write = storage.writer({"owner"});
  expect_status(write->put(Key("k", "owner"), "v"), SR_OK, "put");
  expect_status(write->put("k", "v"), SR_INVALID, "put in a scope that was not asked for");
  expect_status(write->put_if(Key("k", "other"), 0, 1, "v"), SR_INVALID, "put_if in a scope that was not asked for");
  expect_status(write->erase(Key("k", "other")), SR_INVALID, "erase in a scope that was not asked for");
  expect_status(write->commit(1), SR_OK, "commit");
  const auto read = storage.reader();
  expect(read->value_of(Key("k", "owner")) == "SR_INVALID", "get in a scope that was not asked for must be SR_INVALID");
  std::vector<Row> rows;
  expect_status(read->scan({"", "", 0, 0, 1, "owner"}, rows), SR_INVALID, "scan of a scope that was not asked for");
  expect(rows.empty(), "a refused scan hands over rows");
}

void writes_conditionally(Context& context) {
  StorageRun storage(context);
  const auto write = storage.writer();
  expect_status(write->put_if("a", 1, 2, "x"), SR_CONFLICT, "put_if of a row that is not there");
  expect_status(write->put_if("a", 0, 5, "x"), SR_OK, "put_if of a new row");
  expect_status(write->put_if("a", 0, 6, "y"), SR_CONFLICT, "put_if of a new row where there is one");
  expect_status(write->put_if("a", 5, 6, "y"), SR_OK, "put_if with the right version");
  expect_status(write->erase("a"), SR_OK, "erase");
  expect_status(write->put_if("a", 6, 7, "z"), SR_CONFLICT, "put_if of an erased row");
  expect_status(write->erase("never"), SR_OK, "erase of a row that is not there");
}

void goes_back_to_a_savepoint(Context& context) {
  StorageRun storage(context);
  storage.commit_rows({{"a", "old"}, {"b", "old"}});
  const auto write = storage.writer();
  expect_status(write->release(), SR_INVALID, "release without a savepoint");
  expect_status(write->rollback_to(), SR_INVALID, "rollback_to without a savepoint");
  expect_status(write->put("a", "before", 2), SR_OK, "put");
  expect_status(write->savepoint(), SR_OK, "savepoint");
  expect_status(write->savepoint(), SR_INVALID, "a second savepoint");
  expect_status(write->put("a", "after", 3), SR_OK, "put");
  expect_status(write->put("c", "after"), SR_OK, "put");
  expect_status(write->erase("b"), SR_OK, "erase");
  expect_status(write->rollback_to(), SR_OK, "rollback_to");
  expect_status(write->savepoint(), SR_OK, "savepoint after rollback_to");
  expect_status(write->put("d", "kept"), SR_OK, "put");
  expect_status(write->release(), SR_OK, "release");
  expect_status(write->commit(2), SR_OK, "commit");
  expect(texts_of(*storage.reader(), {}) == Texts{{"a", "before"}, {"b", "old"}, {"d", "kept"}},
         "rollback_to must undo what was written since the savepoint, and nothing else");
}

void undoes_a_write_that_is_not_committed(Context& context) {
  StorageRun storage(context);
  storage.commit_rows({{"a", "1"}}, 7);
  {
    const auto write = storage.writer();
    expect_status(write->put("a", "2", 2), SR_OK, "put");
    expect_status(write->put("b", "2"), SR_OK, "put");
  }
  expect(texts_of(*storage.reader(), {}) == Texts{{"a", "1"}}, "rollback must undo the writes of its transaction");
  expect(storage.health(SR_HEALTH_THOROUGH).mark == 7, "rollback must leave the mark of the last commit");
}

void reads_a_snapshot_during_a_write(Context& context) {
  StorageRun storage(context);
  storage.commit_rows({{"a", "old"}, {"b", "old"}});
  const auto before = storage.reader();
  expect(before->value_of("a") == "old", "get");
  const auto write = storage.writer();
  expect_status(write->put("a", "new", 2), SR_OK, "put");
  expect_status(write->erase("b"), SR_OK, "erase");
  expect(write->value_of("a") == "new", "a write transaction must see its own writes");
  expect(storage.reader()->value_of("a") == "old", "a reader sees what is not committed");
  expect_status(write->commit(2), SR_OK, "commit");
  expect(texts_of(*before, {}) == Texts{{"a", "old"}, {"b", "old"}}, "a commit changes what an older reader sees");
  expect(texts_of(*storage.reader(), {}) == Texts{{"a", "new"}}, "a new reader must see the commit");
}

void stores_the_mark_with_the_commit(Context& context) {
  StorageRun storage(context);
  for (const std::uint64_t mark : {std::uint64_t{41}, UINT64_MAX}) {
    storage.commit_rows({{"a", "1"}}, mark);
    expect(storage.health().mark == mark, "health must report the mark of the last commit, " + std::to_string(mark));
  }
}

void keeps_rows_of_the_largest_size(Context& context) {
  const std::string scope(SR_STORAGE_MAX_SCOPE, 's');
  const std::string key(SR_STORAGE_MAX_KEY, 'k');
  std::string value(SR_STORAGE_MAX_VALUE, 'v');
  value.front() = '\0';
  value.back() = '\xff';
  const Transaction::Key largest(key, scope, UINT32_MAX);
  StorageRun storage(context);
  const auto write = storage.writer({scope});
  expect_status(write->put(largest, value), SR_OK, "put of a row of the largest size");
  expect_status(write->commit(1), SR_OK, "commit");
  expect(storage.reader({scope})->value_of(largest) == value, "a row of the largest size must be read back");
}

void refuses_what_is_out_of_bounds(Context& context) {
  const std::string key(SR_STORAGE_MAX_KEY + 1, 'k');
  const std::string value(SR_STORAGE_MAX_VALUE + 1, 'v');
  const std::string scope(SR_STORAGE_MAX_SCOPE + 1, 's');
  StorageRun storage(context);
  const auto write = storage.writer();
  expect_status(write->put(key, "v"), SR_TOO_LARGE, "put of a key of 257 bytes");
  expect_status(write->put("k", value), SR_TOO_LARGE, "put of a value of more than 4 MiB");
  expect_status(write->put_if("k", 0, 1, value), SR_TOO_LARGE, "put_if of a value of more than 4 MiB");
  expect_status(write->put("", "v"), SR_INVALID, "put of an empty key");
  expect(write->value_of(key) == "SR_TOO_LARGE", "get of a key of 257 bytes must answer SR_TOO_LARGE");
  std::vector<Row> rows;
  expect_status(write->scan({"", "", 0, 4}, rows), SR_INVALID, "a scan with an unknown flag");
  expect_status(write->put("k", "v"), SR_OK, "put after calls that were refused");
  std::unique_ptr<Transaction> refused;
  expect(storage.begin(SR_BEGIN_READ, {scope}, refused) != SR_OK, "a scope of 33 bytes is taken");
  expect(storage.begin(SR_BEGIN_READ, {}, refused) != SR_OK, "a transaction without scopes is begun");
  expect(storage.begin(4711, {""}, refused) != SR_OK, "a transaction with unknown flags is begun");
}

void refuses_writes_in_a_reader(Context& context) {
  StorageRun storage(context);
  const auto read = storage.reader();
  expect_status(read->put("a", "v"), SR_INVALID, "put in a read transaction");
  expect_status(read->put_if("a", 0, 1, "v"), SR_INVALID, "put_if in a read transaction");
  expect_status(read->erase("a"), SR_INVALID, "erase in a read transaction");
  expect_status(read->commit(1), SR_INVALID, "commit of a read transaction");
}

void has_one_writer_at_a_time(Context& context) {
  StorageRun storage(context);
  auto first = storage.writer();
  std::unique_ptr<Transaction> second;
  expect_status(storage.begin(SR_BEGIN_WRITE, {""}, second), SR_BUSY, "a second writer");
  expect_status(first->commit(1), SR_OK, "commit");
  storage.writer()->rollback();
  storage.writer()->rollback();
}

void never_shows_part_of_a_commit(Context& context) {
  constexpr int k_commits = 200;
  StorageRun storage(context);
  std::atomic<bool> stop = false;
  std::atomic<int> torn = 0;
  std::atomic<bool> failed = false;
  const auto watch = [&] {
    try {
      while (!stop) {
        const auto read = storage.reader();
        if (read->value_of("left") != read->value_of("right")) ++torn;
      }
    } catch (const Broken&) {
      failed = true;
    }
  };
  std::array<std::thread, 3> readers{std::thread(watch), std::thread(watch), std::thread(watch)};
  std::exception_ptr problem;
  try {
    for (int i = 0; i < k_commits; ++i)
      storage.commit_rows({{"left", std::to_string(i)}, {"right", std::to_string(i)}});
  } catch (...) {
    problem = std::current_exception();
  }
  stop = true;
  for (auto& thread : readers) thread.join();
  if (problem) std::rethrow_exception(problem);
  expect(!failed, "a reader beside a writer fails");
  expect(torn == 0, "a reader sees one half of a commit");
}

void keeps_100_000_rows(Context& context) {
  constexpr int k_rows = 100'000;
  constexpr int k_of_a_commit = 1000;
  const auto key_of = [](int i) {
    const std::string digits = std::to_string(i);
    return "row/" + std::string(6 - std::min<std::size_t>(6, digits.size()), '0') + digits;
  };
  StorageRun storage(context);
  for (int first = 0; first < k_rows; first += k_of_a_commit) {
    Texts rows;
    // Backwards within each commit, so that nothing gains from writing in order.
    for (int i = first + k_of_a_commit; i-- > first;) rows.emplace_back(key_of(i), std::to_string(i * 7));
    storage.commit_rows(rows, static_cast<std::uint64_t>(first) + 1);
  }
  const auto rows = storage.reader()->rows_of({});
  expect(rows.size() == k_rows, "a scan must hand over all of 100,000 rows, not " + std::to_string(rows.size()));
  for (int i = 0; i < k_rows; ++i)
    expect(rows[static_cast<std::size_t>(i)].key == key_of(i) &&
               rows[static_cast<std::size_t>(i)].value == std::to_string(i * 7),
           "row number " + std::to_string(i) + " of 100,000 is another one");
  const auto health = storage.health();
  expect((health.flags & SR_HEALTH_GOOD) != 0, "health must report SR_HEALTH_GOOD for a storage that works");
  expect(health.rows > k_rows / 2 && health.rows < 2 * k_rows, "health reports another number of rows");
}

void backs_up_or_says_that_it_cannot(Context& context) {
  StorageRun storage(context);
  storage.commit_rows({{"a", "1"}});
  std::string bytes;
  const sr_status status = storage.backup(bytes);
  if (status == SR_UNSUPPORTED) return;
  expect_status(status, SR_OK, "backup");
  expect(!bytes.empty(), "a backup writes nothing");
}

// Two rows of a commit, and its mark: all of it or nothing.
void commits_until_it_is_killed(Context& context) {
  constexpr std::uint64_t k_most = 1'000'000;
  StorageRun storage(context);
  storage.commit_rows({{"left", "0"}, {"right", "0"}}, 1);
  if (storage.health().bytes == 0) throw Skipped{"health says that nothing is kept on a disk"};
  for (std::uint64_t i = 2; i < k_most; ++i) {
    storage.commit_rows({{"left", std::to_string(i)}, {"row/" + std::to_string(i), "v"}, {"right", std::to_string(i)}},
                        i);
    report(context, i);
  }
}

void keeps_commits_when_its_process_is_killed(Context& context) {
  StorageRun storage(context);
  const std::uint64_t mark = storage.health(SR_HEALTH_THOROUGH).mark;
  expect(mark >= context.reported, "commit number " + std::to_string(context.reported) +
                                       " had returned, and after SIGKILL the last one is " + std::to_string(mark));
  const auto read = storage.reader();
  expect(read->value_of("left") == std::to_string(mark) && read->value_of("right") == std::to_string(mark),
         "after SIGKILL the rows are not those of the commit whose mark is stored");
  for (std::uint64_t i = 2; i <= mark; ++i)
    expect(read->value_of("row/" + std::to_string(i)) == "v", "after SIGKILL a row of a commit before is missing");
  storage.commit_rows({{"left", "after"}}, mark + 1);
}

constexpr Check k_checks[] = {
    {"storage.begins_empty", &begins_empty},
    {"storage.keeps_what_was_committed", &keeps_what_was_committed},
    {"storage.replaces_a_row_and_its_version", &replaces_a_row_and_its_version},
    {"storage.orders_keys_as_unsigned_bytes", &orders_keys_as_unsigned_bytes},
    {"storage.scans_half_open_ranges", &scans_half_open_ranges},
    {"storage.hands_back_what_a_failing_sink_says", &hands_back_what_a_failing_sink_says},
    {"storage.separates_collections_and_scopes", &separates_collections_and_scopes},
    {"storage.hides_scopes_that_were_not_asked_for", &hides_scopes_that_were_not_asked_for},
    {"storage.writes_conditionally", &writes_conditionally},
    {"storage.goes_back_to_a_savepoint", &goes_back_to_a_savepoint},
    {"storage.undoes_a_write_that_is_not_committed", &undoes_a_write_that_is_not_committed},
    {"storage.reads_a_snapshot_during_a_write", &reads_a_snapshot_during_a_write},
    {"storage.stores_the_mark_with_the_commit", &stores_the_mark_with_the_commit},
    {"storage.keeps_rows_of_the_largest_size", &keeps_rows_of_the_largest_size},
    {"storage.refuses_what_is_out_of_bounds", &refuses_what_is_out_of_bounds},
    {"storage.refuses_writes_in_a_reader", &refuses_writes_in_a_reader},
    {"storage.has_one_writer_at_a_time", &has_one_writer_at_a_time},
    {"storage.never_shows_part_of_a_commit", &never_shows_part_of_a_commit},
    {"storage.keeps_100_000_rows", &keeps_100_000_rows},
    {"storage.backs_up_or_says_that_it_cannot", &backs_up_or_says_that_it_cannot},
    {"storage.keeps_commits_when_its_process_is_killed", &keeps_commits_when_its_process_is_killed,
     &commits_until_it_is_killed},
};

}  // namespace

std::span<const Check> storage_checks() {
  return k_checks;
}

}  // namespace strongroom::plugin_tests
