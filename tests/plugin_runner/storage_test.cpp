// A storage in a process of its own is a storage: the whole contract, and what happens when the process is lost.
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <future>
#include <thread>

#include "daemon/plugin_host/builtin_plugins.h"
#include "tests/contract/storage_contract.h"
#include "tests/support/eventually.h"
#include "tests/support/temporary_folder.h"

namespace strongroom::testing {
namespace {

StorageUnderTest confined(const std::string& name) {
  return {.name = name, .open = [name](const std::filesystem::path& folder) -> Result<std::unique_ptr<store::Storage>> {
            STRONGROOM_ASSIGN(auto opened, plugin_host::open_confined_storage(name, folder, {}));
            return std::unique_ptr<store::Storage>(std::move(opened));
          }};
}

INSTANTIATE_TEST_SUITE_P(Confined, StorageContract, ::testing::Values(confined("sqlite"), confined("memory")),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace strongroom::testing

namespace strongroom::plugin_host {
namespace {

using store::RowKey;

const BytesView k_scopes[] = {BytesView{}};

// The runner that this test has started.
pid_t runner() {
  std::ifstream children("/proc/self/task/" + std::to_string(getpid()) + "/children");
  pid_t pid = 0;
  children >> pid;
  return pid;
}

Status put(store::Storage& storage, std::string_view key, std::string_view value, std::uint64_t mark) {
  STRONGROOM_ASSIGN(const auto transaction, storage.begin_write(k_scopes));
  STRONGROOM_CHECK(transaction->put({1, {}, as_bytes(key)}, 1, as_bytes(value)));
  return transaction->commit(mark);
}

Result<std::string> get(store::Storage& storage, std::string_view key) {
  STRONGROOM_ASSIGN(const auto transaction, storage.begin_read(k_scopes));
  STRONGROOM_ASSIGN(const auto row, transaction->get({1, {}, as_bytes(key)}));
  if (!row) return make_error(ErrorCode::not_found, "there is no such row");
  return std::string(as_text(row->bytes));
}

TEST(ConfinedStorage, AProcessThatIsLostIsStartedAgainAndHasWhatWasCommitted) {
  tests::TemporaryFolder folder;
  auto opened = open_confined_storage("sqlite", folder.path(), {});
  ASSERT_TRUE(opened) << opened.error().message;
  store::Storage& storage = **opened;
  ASSERT_TRUE(put(storage, "kept", "value", 1));
  auto open = storage.begin_write(k_scopes);
  ASSERT_TRUE(open);
  ASSERT_TRUE((*open)->put({1, {}, as_bytes("lost")}, 1, as_bytes("x")));
  const pid_t first = runner();
  ASSERT_GT(first, 0);
  kill(first, SIGKILL);
  // What was under way fails, and says why.
  const Status lost = (*open)->commit(2);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, ErrorCode::plugin_unavailable) << lost.error().message;
  const auto refused = get(storage, "kept");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::plugin_unavailable) << refused.error().message;
  ASSERT_TRUE(tests::eventually([&] { return get(storage, "kept").has_value(); }));
  EXPECT_EQ(*get(storage, "kept"), "value");
  EXPECT_EQ(get(storage, "lost").error().code, ErrorCode::not_found);
  EXPECT_NE(runner(), first);
  EXPECT_TRUE(put(storage, "again", "y", 3));
}

TEST(ConfinedStorage, ManyReadersAndAWriterGoOnSideBySide) {
  tests::TemporaryFolder folder;
  auto opened = open_confined_storage("sqlite", folder.path(), {});
  ASSERT_TRUE(opened) << opened.error().message;
  store::Storage& storage = **opened;
  ASSERT_TRUE(put(storage, "0", "0", 1));
  std::vector<std::thread> readers;
  std::atomic<bool> stop = false;
  std::atomic<int> reads = 0;
  for (int i = 0; i < 8; ++i)
    readers.emplace_back([&] {
      while (!stop) {
        EXPECT_EQ(*get(storage, "0"), "0");
        ++reads;
      }
    });
  for (std::uint64_t i = 1; i <= 200; ++i) EXPECT_TRUE(put(storage, std::to_string(i), std::to_string(i), i + 1));
  stop = true;
  for (auto& reader : readers) reader.join();
  EXPECT_GT(reads, 200);
  EXPECT_EQ(*get(storage, "200"), "200");
}

// Values of the greatest length fit no frame beside each other.
TEST(ConfinedStorage, TakesTheLongestValuesBehindEachOther) {
  tests::TemporaryFolder folder;
  auto opened = open_confined_storage("sqlite", folder.path(), {});
  ASSERT_TRUE(opened) << opened.error().message;
  const std::string longest(SR_STORAGE_MAX_VALUE, 'v');
  {
    const auto transaction = (*opened)->begin_write(k_scopes);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE((*transaction)->put({1, {}, as_bytes("small")}, 1, as_bytes("x")));
    ASSERT_TRUE((*transaction)->put({1, {}, as_bytes("a")}, 1, as_bytes(longest)));
    ASSERT_TRUE((*transaction)->put_if({1, {}, as_bytes("b")}, 0, 1, as_bytes(longest)));
    ASSERT_TRUE((*transaction)->put({1, {}, as_bytes("c")}, 1, as_bytes(longest)));
    const Status committed = (*transaction)->commit(1);
    ASSERT_TRUE(committed) << committed.error().message;
  }
  EXPECT_EQ(*get(**opened, "small"), "x");
  for (const char* key : {"a", "b", "c"}) EXPECT_TRUE(*get(**opened, key) == longest) << key;
}

// What takes long has a channel of its own, and who only looks does not wait for it.
TEST(ConfinedStorage, SaysHowItIsWhileABackupIsTaken) {
  tests::TemporaryFolder folder;
  auto opened = open_confined_storage("sqlite", folder.path(), {});
  ASSERT_TRUE(opened) << opened.error().message;
  ASSERT_TRUE(put(**opened, "a", "b", 7));
  ASSERT_TRUE((*opened)->health(false));
  int pieces = 0;
  const Status taken = (*opened)->backup([&](BytesView) -> Status {
    ++pieces;
    const auto health = std::async(std::launch::async, [&] { return (*opened)->health(false); }).get();
    EXPECT_TRUE(health && health->healthy && health->mark == 7);
    return {};
  });
  EXPECT_TRUE(taken) << taken.error().message;
  EXPECT_GT(pieces, 0);
}

// The folder is all that the process may use.
TEST(ConfinedStorage, AFolderThatItMayNotUseIsAnError) {
  tests::TemporaryFolder folder;
  const auto opened = open_confined_storage("sqlite", folder.path() / "none", {});
  EXPECT_FALSE(opened);
}

}  // namespace
}  // namespace strongroom::plugin_host
