// key and slot: new keys for a store that is in use, and ways in that are tried, exchanged and shared.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/cli.h"
#include "tests/support/eventually.h"
#include "tests/support/secrets.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

namespace fs = std::filesystem;

class KeyCommands : public testing::Test {
 protected:
  KeyCommands() { daemon_.start(); }

  Outcome cli(std::vector<std::string> words, std::string input = {}) {
    return run_cli(daemon_, std::move(words), std::move(input));
  }

  // Small ones, some with versions, some too large to lie beside their heads, in folders.
  void fill(int count) {
    auto client = daemon_.client();
    for (int i = 0; i < count; ++i)
      for (int version = 0; version <= i % 3; ++version) ASSERT_TRUE(put(client, path(i), value(i, version)));
  }

  static std::string path(int i) { return "folder" + std::to_string(i % 7) + "/in/" + std::to_string(i); }

  static std::string value(int i, int version) {
    return std::string(i % 5 == 0 ? 9000 : 20, static_cast<char>('a' + i % 26)) + std::to_string(version);
  }

  void expect_all(int count) {
    auto client = daemon_.client();
    for (int i = 0; i < count; ++i)
      for (int version = 0; version <= i % 3; ++version) {
        auto got = client.call<wire::Get>({.path = path(i), .version = version + 1});
        ASSERT_TRUE(got) << got.error().message << " " << path(i);
        EXPECT_EQ(plain_value(*got), value(i, version)) << path(i);
      }
  }

  // The only slot of a type.
  std::string slot_of(const std::string& type) {
    const std::string list = cli({"slot", "list"}).output;
    for (std::size_t at = 0; at < list.size(); at = list.find('\n', at) + 1) {
      const std::string line = list.substr(at, list.find('\n', at) - at);
      if (holds(line, " " + type + " ")) return line.substr(0, 16);
    }
    return {};
  }

  TestDaemon daemon_;
};

TEST_F(KeyCommands, KeysThatHaveGrownOldAreExchangedWithoutBeingAsked) {
  fill(50);
  EXPECT_TRUE(holds(cli({"key", "list", "--json"}).output, "\"due_ms\"")) << cli({"key", "list", "--json"}).output;
  (void)daemon_.stop();
  const auto versions = [&] {
    const auto keys = daemon_.client().call<protocol::vault::ListKeys>({});
    std::pair<std::int64_t, std::int64_t> found;
    if (!keys) return found;
    for (const auto& key : keys->keys)
      (key.kind == protocol::vault::KeyKind::root ? found.first : found.second) =
          key.kind == protocol::vault::KeyKind::system ? found.second : key.version;
    return found;
  };
  // The clock on the wall alone: what waits for a span of time goes on as it is. Preloaded by hand, because the program
  // `faketime` stays between the daemon and its signals.
  const auto after = [&](const std::string& days) {
    fs::path library;
    for (const auto& folder : fs::directory_iterator("/usr/lib"))
      if (const fs::path found = folder.path() / "faketime" / "libfaketime.so.1"; fs::exists(found)) library = found;
    ASSERT_FALSE(library.empty());
    daemon_.run_under({"env", "LD_PRELOAD=" + library.string(), "FAKETIME=" + days, "FAKETIME_DONT_FAKE_MONOTONIC=1"});
  };
  after("+100d");
  daemon_.start();
  EXPECT_TRUE(eventually([&] { return versions() == std::pair<std::int64_t, std::int64_t>(1, 2); }))
      << cli({"key", "list"}).output;
  expect_all(50);
  EXPECT_TRUE(holds(cli({"audit", "list", "--action", "vault.rotate_key"}).output, "vault.rotate_key"));
  (void)daemon_.stop();
  after("+400d");
  daemon_.start();
  EXPECT_TRUE(eventually([&] { return versions().first == 2; })) << cli({"key", "list"}).output;
  expect_all(50);
}

TEST_F(KeyCommands, ANameSpaceGetsANewKeyWhileAllStaysReadable) {
  fill(200);
  const std::string listed = cli({"secret", "list", "--recursive"}).output;
  const auto rotated = cli({"key", "rotate", "namespace", "default"});
  EXPECT_EQ(rotated.exit_code, 0) << rotated.errors;
  const std::string keys = cli({"key", "list"}).output;
  EXPECT_TRUE(holds(keys, "namespace  default")) << keys;
  EXPECT_FALSE(holds(keys, "retiring")) << keys;
  EXPECT_TRUE(holds(keys, "The last rewrapping is done: ")) << keys;
  expect_all(200);
  EXPECT_EQ(cli({"secret", "list", "--recursive"}).output, listed);
  EXPECT_TRUE(holds(cli({"audit", "list", "--action", "vault.forget_old_keys"}).output, "ok"));
  (void)daemon_.stop();
  daemon_.start();
  expect_all(200);
  auto client = daemon_.client();
  EXPECT_EQ(compared_status(client).freshness, protocol::service::Freshness::unverified);
}

TEST_F(KeyCommands, ANewRootKeyLeavesNamesAndListingsAsTheyAre) {
  fill(50);
  const std::string listed = cli({"secret", "list", "--recursive"}).output;
  for (int i = 0; i < 3; ++i) ASSERT_EQ(cli({"key", "rotate", "root"}).exit_code, 0);
  EXPECT_TRUE(holds(cli({"key", "list", "--json"}).output, R"("kind":"root","name":"","version":4)"));
  (void)daemon_.stop();
  daemon_.start();
  EXPECT_EQ(cli({"secret", "list", "--recursive"}).output, listed);
  expect_all(50);
}

TEST_F(KeyCommands, TheLogAndASlotGetNewKeysByTheSameCommand) {
  const std::string before = cli({"status", "--json"}).output;
  ASSERT_EQ(cli({"key", "rotate", "audit"}).exit_code, 0);
  const auto epoch = [](const std::string& status) { return status.substr(status.find("\"epoch\":"), 12); };
  EXPECT_NE(epoch(cli({"status", "--json"}).output), epoch(before));
  EXPECT_EQ(cli({"audit", "verify"}).exit_code, 0);
  const std::string slot = slot_of("key_file");
  ASSERT_EQ(cli({"key", "rotate", "slot", slot}).exit_code, 0);
  EXPECT_NE(slot_of("key_file"), slot);
}

TEST_F(KeyCommands, TheStatusSaysHowSafeItIsAndWhatMakesItSafer) {
  const auto first = cli({"status", "--check"});
  EXPECT_EQ(first.exit_code, 1);
  EXPECT_TRUE(holds(first.output, "security  fallback") && holds(first.output, "better: strongroom slot add recovery"))
      << first.output;
  ASSERT_EQ(cli({"slot", "add", "recovery"}).exit_code, 0);
  ASSERT_EQ(cli({"slot", "remove", slot_of("key_file")}).exit_code, 0);
  const auto second = cli({"status", "--check", "--json"});
  EXPECT_EQ(second.exit_code, 0) << second.output;
  EXPECT_TRUE(holds(second.output, R"("level":"secure","method":"encrypted_db")")) << second.output;
  const std::string changed = cli({"audit", "list", "--action", "security.changed", "--json"}).output;
  EXPECT_TRUE(holds(changed, "fallback became secure")) << changed;
}

TEST_F(KeyCommands, AChangeOfSafetyWhileTheDaemonWasStoppedIsTold) {
  ASSERT_EQ(cli({"slot", "add", "recovery"}).exit_code, 0);
  ASSERT_EQ(cli({"slot", "remove", slot_of("key_file")}).exit_code, 0);
  ASSERT_EQ(cli({"slot", "add", "passphrase"}, "correct horse battery").exit_code, 0);
  (void)daemon_.stop();
  EXPECT_TRUE(holds(content(daemon_.state() / "security.json"), R"("level":"secure")"));
  daemon_.add_flags({"--require-sandbox", "false"});
  daemon_.start();
  ASSERT_EQ(cli({"unlock", "--passphrase"}, "correct horse battery").exit_code, 0);
  const std::string changed = cli({"audit", "list", "--action", "security.changed", "--json"}).output;
  EXPECT_TRUE(holds(changed, "secure became fallback")) << changed;
}

TEST_F(KeyCommands, WhatCannotBeRotatedIsSaid) {
  const auto system = cli({"key", "rotate", "system"});
  EXPECT_EQ(system.exit_code, 2);
  EXPECT_TRUE(holds(system.errors, "must be root, namespace, audit or slot")) << system.errors;
  EXPECT_TRUE(holds(cli({"key", "rotate", "namespace", "other"}).errors, "no such name space"));
  ASSERT_EQ(cli({"lock"}).exit_code, 0);
  EXPECT_TRUE(holds(cli({"key", "rotate", "root"}).errors, "locked"));
}

TEST_F(KeyCommands, SharesOpenTheStoreWhenEnoughCome) {
  const auto added = cli({"slot", "add", "shares", "--shares", "5", "--needed", "3"});
  ASSERT_EQ(added.exit_code, 0) << added.errors;
  std::vector<std::string> shares;
  for (std::size_t at = added.output.find("\n    "); at != std::string::npos; at = added.output.find("\n    ", at + 1))
    shares.push_back(added.output.substr(at + 5, 71));
  ASSERT_EQ(shares.size(), 5u) << added.output;
  ASSERT_EQ(cli({"slot", "remove", slot_of("key_file")}).exit_code, 0);
  ASSERT_EQ(cli({"lock"}).exit_code, 0);
  const auto few = cli({"unlock", "--shares"}, shares[4] + "\n" + shares[1] + "\n");
  EXPECT_NE(few.exit_code, 0);
  EXPECT_TRUE(holds(few.errors, "needs 3 shares, not 2")) << few.errors;
  const auto opened = cli({"unlock", "--shares"}, shares[4] + "\n" + shares[1] + "\n" + shares[2] + "\n");
  EXPECT_EQ(opened.exit_code, 0) << opened.errors;
  EXPECT_TRUE(holds(cli({"status"}).output, "shares"));
  EXPECT_TRUE(holds(cli({"slot", "add", "shares"}).errors, "--shares 5 --needed 3"));
  EXPECT_NE(cli({"slot", "add", "shares", "--shares", "3", "--needed", "4"}).exit_code, 0);
}

TEST_F(KeyCommands, ASlotIsTestedAndExchanged) {
  ASSERT_EQ(cli({"slot", "add", "passphrase"}, "old words").exit_code, 0);
  const std::string id = slot_of("passphrase");
  EXPECT_EQ(cli({"slot", "test", id}, "old words").exit_code, 0);
  EXPECT_TRUE(holds(cli({"slot", "test", id}, "other words").errors, "does not open"));
  EXPECT_EQ(cli({"slot", "test", slot_of("key_file")}).exit_code, 0);
  const auto rotated = cli({"slot", "rotate", id}, "new words");
  EXPECT_EQ(rotated.exit_code, 0) << rotated.errors;
  ASSERT_EQ(cli({"slot", "rotate", slot_of("key_file")}).exit_code, 0);
  EXPECT_EQ(cli({"slot", "test", slot_of("passphrase")}, "new words").exit_code, 0);
  ASSERT_EQ(cli({"lock"}).exit_code, 0);
  EXPECT_NE(cli({"unlock", "--passphrase"}, "old words").exit_code, 0);
  EXPECT_EQ(cli({"unlock", "--passphrase"}, "new words").exit_code, 0);
  (void)daemon_.stop();
  daemon_.start();
  EXPECT_TRUE(holds(cli({"status"}).output, "key file")) << "the new key file opens at start";
}

TEST_F(KeyCommands, ARevokedSlotsHeaderOpensNothingWrittenLater) {
  ASSERT_EQ(cli({"slot", "add", "passphrase"}, "leaver").exit_code, 0);
  ASSERT_EQ(cli({"secret", "set", "early"}, "early value").exit_code, 0);
  fs::copy(daemon_.data() / "vault.a", daemon_.folder() / "kept");
  const auto removed = cli({"slot", "remove", slot_of("passphrase"), "--revoke"});
  ASSERT_EQ(removed.exit_code, 0) << removed.errors;
  ASSERT_EQ(cli({"secret", "set", "late"}, "late value").exit_code, 0);
  EXPECT_EQ(cli({"read", "early"}).output, "early value\n");
  (void)daemon_.stop();
  for (const char* copy : {"vault.a", "vault.b"})
    fs::copy_file(daemon_.folder() / "kept", daemon_.data() / copy, fs::copy_options::overwrite_existing);
  daemon_.start();
  const auto opened = cli({"unlock", "--passphrase"}, "leaver");
  EXPECT_NE(opened.exit_code, 0) << "the older header was taken";
  EXPECT_FALSE(holds(cli({"read", "late"}).output, "late value"));
}

}  // namespace
}  // namespace strongroom::tests
