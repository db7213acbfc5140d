// The database as a whole: its schema, its identity, its bytes, and what an older copy of everything means.
#include <gtest/gtest.h>

#include "tests/security/edited_store.h"

namespace strongroom::tests {
namespace {

class EditedDatabase : public EditedStore {
 protected:
  // The start on what lies there now is refused with a sentence and exit code 1.
  void expect_no_start() {
    daemon_.launch();
    const Outcome outcome = daemon_.wait();
    EXPECT_EQ(outcome.exit_code, 1) << outcome.errors;
    EXPECT_NE(outcome.errors.find("database"), std::string::npos) << outcome.errors;
  }

  void expect_locked(const std::string& sentence) {
    auto client = daemon_.client();
    const auto status = status_of(client);
    EXPECT_EQ(status.state, protocol::service::StoreState::locked);
    std::string problems;
    for (const auto& problem : status.problems) problems += problem;
    EXPECT_NE(problems.find(sentence), std::string::npos) << problems;
    EXPECT_FALSE(get(client, "alpha/one"));
  }
};

TEST_F(EditedDatabase, AnAddedTriggerViewTableColumnOrIndexIsRefused) {
  struct Change {
    const char* make;
    const char* undo;
  };

  for (const Change& change :
       {Change{"CREATE TRIGGER t AFTER UPDATE ON rows BEGIN DELETE FROM rows; END", "DROP TRIGGER t"},
        Change{"CREATE VIEW v AS SELECT * FROM rows", "DROP VIEW v"}, Change{"CREATE TABLE more(x)", "DROP TABLE more"},
        Change{"CREATE INDEX i ON rows(version)", "DROP INDEX i"},
        Change{"ALTER TABLE rows ADD COLUMN more ANY", "ALTER TABLE rows DROP COLUMN more"},
        Change{"PRAGMA application_id = 1", "PRAGMA application_id = 0x5354524d"},
        Change{"PRAGMA user_version = 2", "PRAGMA user_version = 1"}}) {
    SCOPED_TRACE(change.make);
    if (daemon_.running()) daemon_.stop();
    StoreFile(file()).execute(change.make);
    expect_no_start();
    StoreFile(file()).execute(change.undo);
    daemon_.start();
    EXPECT_FALSE(judge());
  }
}

TEST_F(EditedDatabase, ATriggerAddedWhileItRunsDoesNothing) {
  StoreFile(file()).execute("CREATE TRIGGER t AFTER INSERT ON rows BEGIN DELETE FROM rows; END");
  auto client = daemon_.client();
  (void)put(client, "new/one", "value");
  values_["new/one"] = {"value"};
  for (const auto& [path, values] : values_) {
    const auto value = get(client, path);
    if (value)
      EXPECT_EQ(*value, values.back()) << path;
    else
      EXPECT_NE(value.error().code, ErrorCode::not_found) << path;
  }
}

TEST_F(EditedDatabase, TheStoreOfAnotherVaultIsRefused) {
  TestDaemon other;
  other.start();
  {
    auto client = other.client();
    ASSERT_TRUE(put(client, "alpha/one", "of another store"));
  }
  other.stop();
  daemon_.stop();
  std::filesystem::copy_file(other.data() / "store.db", file(), std::filesystem::copy_options::overwrite_existing);
  daemon_.start();
  expect_locked("");
}

TEST_F(EditedDatabase, AMetaRowOfAnotherStoreIsRefused) {
  TestDaemon other;
  other.start();
  {
    auto client = other.client();
    ASSERT_TRUE(put(client, "alpha/one", "of another store"));
  }
  other.stop();
  const Rows foreign = StoreFile(other.data() / "store.db").rows();
  for (const char* name : {"identity", "accumulator"}) {
    SCOPED_TRACE(name);
    daemon_.stop();
    const RowId id{4, name};
    const RowContent own = rows().at(id);
    StoreFile(file()).write(id, foreign.at(id));
    daemon_.start();
    EXPECT_TRUE(judge());
    daemon_.stop();
    StoreFile(file()).write(id, own);
    daemon_.start();
    EXPECT_FALSE(judge());
  }
}

TEST_F(EditedDatabase, AcceptingMendsAnAccumulatorOfAnotherStore) {
  daemon_.stop();
  const RowId id{4, "accumulator"};
  StoreFile(file()).write(id, rows().at({4, "identity"}));
  daemon_.start();
  EXPECT_TRUE(judge());
  auto client = daemon_.client();
  const auto accepted =
      client.call<protocol::vault::Unlock>({.passphrase = {}, .recovery_code = {}, .accept_changes = true});
  ASSERT_TRUE(accepted) << accepted.error().message;
  EXPECT_FALSE(judge());
  EXPECT_TRUE(put(client, "alpha/one", "anew"));
}

TEST_F(EditedDatabase, ARemovedIdentityIsRefused) {
  daemon_.stop();
  StoreFile(file()).erase({4, "identity"});
  daemon_.start();
  expect_locked("removed");
}

TEST_F(EditedDatabase, ARemovedDatabaseIsRefused) {
  daemon_.stop();
  std::filesystem::remove(file());
  daemon_.start();
  expect_locked("removed");
}

TEST_F(EditedDatabase, AcceptingChangesTakesWhatIsThere) {
  daemon_.stop();
  StoreFile(file()).erase(head_of("alpha/one"));
  StoreFile(file()).erase(entry_of("alpha/one"));
  daemon_.start();
  auto client = daemon_.client();
  ASSERT_EQ(compared_status(client).freshness, protocol::service::Freshness::mismatch);
  EXPECT_EQ(get(client, "alpha/two").error().code, ErrorCode::tampered);
  EXPECT_EQ(put(client, "alpha/two", "x").error().code, ErrorCode::tampered);
  const auto accepted =
      client.call<protocol::vault::Unlock>({.passphrase = {}, .recovery_code = {}, .accept_changes = true});
  ASSERT_TRUE(accepted) << accepted.error().message;
  values_.erase("alpha/one");
  EXPECT_FALSE(judge());
  EXPECT_EQ(get(client, "alpha/one").error().code, ErrorCode::not_found);
  EXPECT_TRUE(put(client, "alpha/one", "anew"));
}

// docs/threat-model.md says so: nothing on the machine can tell, and nobody claims otherwise.
TEST_F(EditedDatabase, AnOlderCopyOfEverythingIsNeverCalledVerified) {
  daemon_.stop();
  const std::filesystem::path copy = daemon_.folder() / "copy.db";
  std::filesystem::copy_file(file(), copy);
  daemon_.start();
  write("alpha/one", "newer");
  daemon_.stop();
  std::filesystem::copy_file(copy, file(), std::filesystem::copy_options::overwrite_existing);
  daemon_.start();
  auto client = daemon_.client();
  EXPECT_EQ(compared_status(client).freshness, protocol::service::Freshness::unverified);
  EXPECT_EQ(get(client, "alpha/one").value(), "second of alpha/one");
}

// The row stays in its place with its number; only bits of it change, under the running daemon.
TEST_F(EditedDatabase, EveryFlippedBitOfAHeadRowIsAnErrorOrChangesNothing) {
  const RowId head = head_of("alpha/one");
  const RowContent sound = rows().at(head);
  auto client = daemon_.client();
  StoreFile store(file());
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < sound.value.size() * 8; ++bit) {
    RowContent flipped = sound;
    flipped.value[bit / 8] = static_cast<char>(flipped.value[bit / 8] ^ (1 << bit % 8));
    store.write(head, flipped);
    const auto value = get(client, "alpha/one");
    ASSERT_EQ(value ? *value : "second of alpha/one", "second of alpha/one") << "bit " << bit;
    if (!value) ++refused;
    ASSERT_TRUE(daemon_.running());
  }
  EXPECT_EQ(refused, sound.value.size() * 8);
  store.write(head, sound);
  EXPECT_EQ(get(client, "alpha/one").value(), "second of alpha/one");
}

TEST_F(EditedDatabase, ARowCutAtAnyByteOrOfAnotherNumberIsAnError) {
  const RowId head = head_of("alpha/one");
  const RowContent sound = rows().at(head);
  auto client = daemon_.client();
  StoreFile store(file());
  for (std::size_t size = 0; size < sound.value.size(); ++size) {
    store.write(head, {sound.version, sound.value.substr(0, size)});
    ASSERT_FALSE(get(client, "alpha/one")) << size;
  }
  for (const std::int64_t version :
       {std::int64_t{0}, sound.version - 1, sound.version + 1, std::int64_t{-1}, INT64_MAX, INT64_MIN}) {
    store.write(head, {version, sound.value});
    ASSERT_FALSE(get(client, "alpha/one")) << version;
  }
  store.write(head, {sound.version, sound.value + "x"});
  ASSERT_FALSE(get(client, "alpha/one"));
}

}  // namespace
}  // namespace strongroom::tests
