// What only a storage on a disk can promise: durability, refusal of foreign files, no space, no right to write.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "tests/contract/plugin_files.h"
#include "tests/contract/temporary_folder.h"

namespace strongroom::testing {
namespace {

using store::RowKey;

const BytesView k_system[] = {BytesView()};

RowKey key_of(std::string_view key) {
  return {1, {}, as_bytes(key)};
}

Status put_and_commit(store::Storage& storage, std::string_view key, std::string_view value, std::uint64_t mark = 1) {
  STRONGROOM_ASSIGN(const auto write, storage.begin_write(k_system));
  STRONGROOM_CHECK(write->put(key_of(key), 1, as_bytes(value)));
  return write->commit(mark);
}

std::string read_value(store::Storage& storage, std::string_view key) {
  auto read = storage.begin_read(k_system);
  if (!read) return read.error().message;
  const auto row = (*read)->get(key_of(key));
  if (!row) return row.error().message;
  return row->has_value() ? std::string(as_text((*row)->bytes)) : "<none>";
}

class SqliteStorage : public ::testing::Test {
 protected:
  std::unique_ptr<plugin_host::StorageV1> open() {
    auto opened = open_storage("sqlite", folder_.path());
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(opened).value() : nullptr;
  }

  Error refusal() {
    auto opened = open_storage("sqlite", folder_.path());
    EXPECT_FALSE(opened);
    return opened ? Error{} : opened.error();
  }

  // Runs SQL as somebody else would.
  void tamper(const char* sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(file().c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }

  std::filesystem::path file() const { return folder_.path() / "store.db"; }

  TemporaryFolder folder_;
};

TEST_F(SqliteStorage, KeepsCommitsOverAReopen) {
  ASSERT_TRUE(put_and_commit(*open(), "a", "one", 12));
  const auto storage = open();
  EXPECT_EQ(read_value(*storage, "a"), "one");
  EXPECT_EQ(storage->health(false)->mark, 12U);
  EXPECT_FALSE(storage->health(false)->unclean);
}

// Ends the child without any of its destructors, as a crash does.
TEST_F(SqliteStorage, KeepsCommitsOverACrashAndReportsIt) {
  const pid_t child = fork();
  if (child == 0) {
    auto opened = open_storage("sqlite", folder_.path());
    const bool done = opened && put_and_commit(**opened, "a", "one", 12);
    auto unfinished = done ? (*opened)->begin_write(k_system) : make_error(ErrorCode::internal, "");
    _exit(unfinished && (*unfinished)->put(key_of("b"), 1, as_bytes("lost")) ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  auto storage = open();
  EXPECT_EQ(read_value(*storage, "a"), "one");
  EXPECT_EQ(read_value(*storage, "b"), "<none>");
  EXPECT_TRUE(storage->health(false)->unclean);
  EXPECT_TRUE(storage->health(true)->healthy);
  storage.reset();
  EXPECT_FALSE(open()->health(false)->unclean);
}

TEST_F(SqliteStorage, CreatesItsFilesForTheOwnerAlone) {
  for (const mode_t mask : {mode_t{0}, mode_t{0777}}) {
    const TemporaryFolder folder;
    const mode_t before = umask(mask);
    auto storage = open_storage("sqlite", folder.path());
    const bool written = storage && put_and_commit(**storage, "a", "one");
    umask(before);
    ASSERT_TRUE(written);
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      EXPECT_EQ(entry.status().permissions(), std::filesystem::perms(0600)) << entry.path();
  }
}

TEST_F(SqliteStorage, ClosesAFileThatOthersMayRead) {
  open();
  ASSERT_EQ(chmod(file().c_str(), 0644), 0);
  open();
  EXPECT_EQ(std::filesystem::status(file()).permissions(), std::filesystem::perms(0600));
}

TEST_F(SqliteStorage, RefusesASymbolicLink) {
  open();
  const auto real = folder_.path() / "real.db";
  std::filesystem::rename(file(), real);
  std::filesystem::create_symlink(real, file());
  EXPECT_EQ(refusal().code, ErrorCode::corrupt);
}

TEST_F(SqliteStorage, RefusesAFileThatIsNoDatabase) {
  std::ofstream(file()) << std::string(8192, 'x');
  EXPECT_EQ(refusal().code, ErrorCode::corrupt);
}

TEST_F(SqliteStorage, RefusesADatabaseOfAnotherProgram) {
  tamper("CREATE TABLE theirs(a)");
  EXPECT_EQ(refusal().message, "the database belongs to another program");
}

TEST_F(SqliteStorage, RefusesANewerFormat) {
  open();
  tamper("PRAGMA user_version = 2");
  EXPECT_EQ(refusal().code, ErrorCode::unsupported);
}

// A constraint taken away in the text that SQLite keeps.
constexpr const char* k_loosened =
    "PRAGMA writable_schema = ON; "
    "UPDATE sqlite_schema SET sql = replace(sql, 'id = 1', 'id < 9') WHERE name = 'state'";

TEST_F(SqliteStorage, RefusesAChangedSchema) {
  const char* const changes[] = {
      "CREATE TRIGGER t AFTER INSERT ON rows BEGIN DELETE FROM rows; END",
      "CREATE TEMP TABLE x(a); CREATE VIEW v AS SELECT * FROM rows",
      "CREATE TABLE more(a)",
      "CREATE INDEX more ON rows(version)",
      "DROP INDEX rows_by_key",
      "ALTER TABLE rows ADD COLUMN extra INTEGER",
      "DROP TABLE state",
      "PRAGMA application_id = 7",
      k_loosened,
  };
  for (const char* change : changes) {
    std::filesystem::remove(file());
    open();
    tamper(change);
    EXPECT_EQ(refusal().code, ErrorCode::corrupt) << change;
  }
}

TEST_F(SqliteStorage, FindsADamagedPage) {
  {
    const auto storage = open();
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(put_and_commit(*storage, std::to_string(i), std::string(900, 'v')));
  }
  const auto size = std::filesystem::file_size(file());
  std::fstream out(file(), std::ios::in | std::ios::out | std::ios::binary);
  // Everything behind the first pages, which hold the schema, becomes noise.
  for (std::uintmax_t at = 5 * 4096; at < size; at += 4096) {
    out.seekp(static_cast<std::streamoff>(at));
    out << std::string(4096, '\x55');
  }
  out.close();
  const auto storage = open();
  ASSERT_NE(storage, nullptr);
  const auto health = storage->health(true);
  ASSERT_TRUE(health) << health.error().message;
  EXPECT_FALSE(health->healthy);
  EXPECT_EQ(health->detail, "the database file is damaged");
}

TEST_F(SqliteStorage, SaysThatItsFolderIsMissing) {
  const auto opened = open_storage("sqlite", folder_.path() / "nowhere");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::invalid_argument);
}

TEST_F(SqliteStorage, RefusesASettingItDoesNotKnow) {
  const auto folder = plugin_host::builtin_plugin_folder();
  ASSERT_TRUE(folder);
  const auto plugin =
      plugin_host::InProcessPlugin::load(*folder / "storage_sqlite.so", digest_of(*folder / "storage_sqlite.so"));
  ASSERT_TRUE(plugin) << plugin.error().message;
  const auto opened = plugin_host::StorageV1::open((*plugin)->extension(SR_STORAGE_V1_ID), *plugin,
                                                   {{"folder", folder_.path().string()}, {"fodler", "x"}}, {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message, "the setting 'fodler' is not known to this plugin");
}

// Reports a condition of the child as its exit code: 0 means that it held.
int in_child(const std::function<bool()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(2);
    _exit(body() ? 0 : 1);
  }
  int status = -1;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

TEST_F(SqliteStorage, SaysThatItsPlaceCannotBeWritten) {
  ASSERT_EQ(chmod(folder_.path().c_str(), 0555), 0);
  // The plugin is loaded before the child gives up its rights: the build tree may be closed to others.
  {
    const TemporaryFolder other;
    ASSERT_TRUE(open_storage("sqlite", other.path()));
  }
  EXPECT_EQ(in_child([&] {
              const auto opened = open_storage("sqlite", folder_.path());
              return !opened && opened.error().code == ErrorCode::read_only;
            }),
            0);
  ASSERT_EQ(chmod(folder_.path().c_str(), 0700), 0);
}

TEST_F(SqliteStorage, SaysThatItsFileCannotBeWritten) {
  ASSERT_TRUE(put_and_commit(*open(), "a", "one"));
  ASSERT_EQ(chmod(file().c_str(), 0400), 0);
  ASSERT_EQ(chmod(folder_.path().c_str(), 0777), 0);
  EXPECT_EQ(in_child([&] {
              const auto opened = open_storage("sqlite", folder_.path());
              return !opened && opened.error().code == ErrorCode::read_only;
            }),
            0);
}

// Lowers the limit on the size of files for its lifetime; writing beyond it fails like a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    previous_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &previous_);
    rlimit lowered = previous_;
    lowered.rlim_cur = bytes;
    if (setrlimit(RLIMIT_FSIZE, &lowered) != 0) std::abort();
  }

  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &previous_);
    (void)std::signal(SIGXFSZ, previous_handler_);
  }

 private:
  rlimit previous_{};
  void (*previous_handler_)(int) = nullptr;
};

TEST_F(SqliteStorage, SaysThatNoSpaceIsLeftAndGoesOnAfterwards) {
  const auto storage = open();
  ASSERT_TRUE(put_and_commit(*storage, "before", "one", 1));
  ErrorCode code = ErrorCode::internal;
  {
    const FileSizeLimit full(256 * 1024);
    for (int i = 0; i < 100; ++i) {
      const Status status = put_and_commit(*storage, "big" + std::to_string(i), std::string(20000, 'v'), 2);
      if (status) continue;
      code = status.error().code;
      break;
    }
    EXPECT_EQ(read_value(*storage, "before"), "one");
  }
  EXPECT_EQ(code, ErrorCode::storage_full);
  ASSERT_TRUE(put_and_commit(*storage, "after", "two", 3));
  EXPECT_EQ(read_value(*storage, "after"), "two");
  const auto health = storage->health(true);
  ASSERT_TRUE(health);
  EXPECT_TRUE(health->healthy);
  EXPECT_EQ(health->mark, 3U);
}

TEST_F(SqliteStorage, UndoesATransactionThatMetAFullDisk) {
  const auto storage = open();
  ASSERT_TRUE(put_and_commit(*storage, "before", "one", 1));
  {
    const FileSizeLimit full(256 * 1024);
    auto write = storage->begin_write(k_system);
    ASSERT_TRUE(write);
    Status status;
    // More than the cache holds, so that the log is written before the commit.
    for (int i = 0; status && i < 8; ++i)
      status = (*write)->put(key_of("k" + std::to_string(i)), 1, as_bytes(std::string(1000000, 'v')));
    if (status) status = (*write)->commit(2);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::storage_full);
  }
  const auto health = storage->health(true);
  ASSERT_TRUE(health);
  EXPECT_EQ(health->rows, 1U);
  EXPECT_EQ(health->mark, 1U);
  EXPECT_EQ(read_value(*storage, "k0"), "<none>");
}

TEST_F(SqliteStorage, BacksUpADatabaseThatOpens) {
  const TemporaryFolder restored;
  {
    const auto storage = open();
    for (int i = 0; i < 300; ++i) ASSERT_TRUE(put_and_commit(*storage, std::to_string(i), std::string(3000, 'v'), 5));
    auto write = storage->begin_write(k_system);
    ASSERT_TRUE(write && (*write)->put(key_of("open"), 1, as_bytes("not yet")));
    std::ofstream out(restored.path() / "store.db", std::ios::binary);
    ASSERT_TRUE(storage->backup([&](BytesView piece) -> Status {
      out << as_text(piece);
      return {};
    }));
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1);
  auto storage = open_storage("sqlite", restored.path());
  ASSERT_TRUE(storage) << storage.error().message;
  EXPECT_EQ(read_value(**storage, "299"), std::string(3000, 'v'));
  EXPECT_EQ(read_value(**storage, "open"), "<none>");
  const auto health = (*storage)->health(true);
  ASSERT_TRUE(health);
  EXPECT_TRUE(health->healthy);
  EXPECT_EQ(health->mark, 5U);
  EXPECT_EQ(health->rows, 300U);
}

TEST_F(SqliteStorage, EndsABackupWithTheErrorOfItsSink) {
  const auto storage = open();
  const Status status = storage->backup([](BytesView) -> Status { return make_error(ErrorCode::cancelled, "enough"); });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::cancelled);
}

TEST_F(SqliteStorage, LetsTheLogShrinkWhileReadersAreIdle) {
  const auto storage = open();
  // A reader that has ended keeps its connection, not its snapshot.
  ASSERT_TRUE(put_and_commit(*storage, "a", "one"));
  EXPECT_EQ(read_value(*storage, "a"), "one");
  for (int i = 0; i < 400; ++i)
    ASSERT_TRUE(put_and_commit(*storage, "a", std::string(40000, static_cast<char>('a' + i % 26))));
  EXPECT_LT(std::filesystem::file_size(folder_.path() / "store.db-wal"), 8U * 1024 * 1024);
}

TEST_F(SqliteStorage, OpensByItsName) {
  const auto storage = plugin_host::open_builtin_storage("sqlite", folder_.path(), {});
  ASSERT_TRUE(storage) << storage.error().message;
  EXPECT_TRUE(put_and_commit(**storage, "a", "one"));
  const auto other = plugin_host::open_builtin_storage("tape", folder_.path(), {});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::not_found);
}

// Writes that wait to be joined are made before a commit returns, and what they meet is its error.
TEST_F(SqliteStorage, ACommitOfOneThatIsFilledSaysThatNoSpaceIsLeft) {
  const auto storage = plugin_host::open_builtin_storage("sqlite", folder_.path(), {}, {{"filling", "true"}});
  ASSERT_TRUE(storage) << storage.error().message;
  const std::string value(100'000, 'v');
  const FileSizeLimit full(448 * 1024);
  std::size_t good = 0;
  Status status;
  while (status && good < 100) {
    status = put_and_commit(**storage, "k" + std::to_string(good), value, 1);
    good += status ? 1U : 0U;
    ASSERT_GE(std::filesystem::file_size(folder_.path() / "store.db"), good * value.size());
  }
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::storage_full);
  EXPECT_EQ(good, 4U);
}

TEST_F(SqliteStorage, IsFilledWithoutAJournalAndServesAfterwards) {
  const auto fill = [&] {
    return plugin_host::open_builtin_storage("sqlite", folder_.path(), {}, {{"filling", "true"}});
  };
  {
    const auto storage = fill();
    ASSERT_TRUE(storage) << storage.error().message;
    for (unsigned i = 1; i <= 20; ++i)
      ASSERT_TRUE(put_and_commit(**storage, "k" + std::to_string(i), std::string(1'000'000, 'v'), i));
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      EXPECT_EQ(entry.path().filename(), "store.db");
    EXPECT_EQ(read_value(**storage, "k1"), std::string(1'000'000, 'v'));
    // A journal would lie there while a transaction changes what is stored.
    auto changing = (*storage)->begin_write(k_system);
    ASSERT_TRUE(changing);
    ASSERT_TRUE((*changing)->put({1, {}, as_bytes("k1")}, 30, as_bytes(std::string(1'000'000, 'w'))));
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      EXPECT_EQ(entry.path().filename(), "store.db");
  }
  const auto again = fill();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::invalid_argument);
  const auto storage = open();
  const auto health = storage->health(true);
  ASSERT_TRUE(health);
  EXPECT_TRUE(health->healthy && !health->unclean) << health->detail;
  EXPECT_EQ(health->rows, 20U);
  EXPECT_EQ(health->mark, 20U);
  const auto served = fill();
  ASSERT_FALSE(served);
  EXPECT_EQ(served.error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(put_and_commit(*storage, "more", "one", 21));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "store.db-wal"));
  EXPECT_EQ(read_value(*storage, "k20"), std::string(1'000'000, 'v'));
}

}  // namespace
}  // namespace strongroom::testing
