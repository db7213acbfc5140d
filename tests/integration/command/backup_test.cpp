// backup: made here, opened by the age tool and by tar, and made a store of elsewhere.
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/security/canary.h"
#include "tests/support/cli.h"
#include "tests/support/eventually.h"
#include "tests/support/secrets.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

namespace fs = std::filesystem;

class BackupCommands : public testing::Test {
 protected:
  BackupCommands() {
    daemon_.start();
    auto client = daemon_.client();
    for (const char* path : {"prod/db", "prod/db", "prod/api", "dev/db"})
      EXPECT_TRUE(put(client, path, canary_ + path));
    EXPECT_TRUE(put(client, "large", canary_ + std::string(200'000, 'x')));
    Process keygen({"age-keygen", "-o", path("key")}, {});
    EXPECT_EQ(keygen.wait().exit_code, 0);
    const std::string key = content(path("key"));
    recipient_ = key.substr(key.find("age1"), 62);
  }

  std::string path(const std::string& name) const { return (daemon_.folder() / name).string(); }

  Outcome cli(std::vector<std::string> words, std::string input = {}) {
    return run_cli(daemon_, std::move(words), std::move(input));
  }

  std::string make(const std::string& name = "store.age") {
    const auto made = cli({"backup", "create", "--recipient", recipient_, "--output", path(name)});
    EXPECT_EQ(made.exit_code, 0) << made.errors;
    return path(name);
  }

  fs::path configuration() const { return daemon_.folder() / ".config" / "strongroom" / "config.toml"; }

  // It asks no daemon that runs, only the daemon's program.
  Outcome schedule(std::vector<std::string> words) {
    words.insert(words.begin(), {STRONGROOM_PATH, "backup", "schedule"});
    return Process(words, {.environment = daemon_.environment(), .input = {}, .folder = {}}).wait();
  }

  // In the folders of a daemon that does not run.
  static Outcome restore(const TestDaemon& into, std::vector<std::string> words, std::string input = {}) {
    words.insert(words.begin(),
                 {STRONGROOMD_PATH, "--data", into.data().string(), "--state", into.state().string(), "--restore"});
    Process process(std::move(words), {.environment = into.environment(), .input = std::move(input), .folder = {}});
    return process.wait();
  }

  void expect_all(const TestDaemon& daemon) {
    auto client = daemon.client();
    for (const char* path : {"prod/db", "prod/api", "dev/db"}) {
      auto got = client.call<wire::Get>({.path = path});
      ASSERT_TRUE(got) << got.error().message;
      EXPECT_EQ(plain_value(*got), canary_ + path);
    }
    EXPECT_EQ(client.call<wire::Get>({.path = "prod/db"})->version, 2);
    EXPECT_TRUE(client.call<wire::Get>({.path = "prod/db", .version = 1}));
    EXPECT_TRUE(client.call<wire::Get>({.path = "large"}));
    EXPECT_EQ(compared_status(client).freshness, protocol::service::Freshness::unverified);
    EXPECT_TRUE(put(client, "new/one", "written after"));
  }

  // What the file would hold if somebody who can open it had changed it.
  std::string forged(const std::string& file, const std::string& command) {
    const std::string script =
        "set -e; cd '" + daemon_.folder().string() + "'; rm -rf open; mkdir open; age -d -i key '" + file +
        "' > open.tar; tar -xf open.tar -C open; cd open; " + command +
        "; tar --format=ustar --sort=none --owner=0 --group=0 --numeric-owner -b1 -cf ../forged.tar "
        "manifest header root rows; cd ..; rm -f forged.age; age -r " +
        recipient_ + " -o forged.age forged.tar";
    Process shell({"bash", "-c", script}, {});
    const auto outcome = shell.wait();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    return path("forged.age");
  }

  TestDaemon daemon_;
  const std::string canary_ = random_text(40);
  std::string recipient_;
};

TEST_F(BackupCommands, OpensWithTheAgeToolAndHoldsNoValueInTheClear) {
  const std::string file = make();
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_FALSE(holds(content(file), canary_));
  Process shell(
      {"bash", "-c", "age -d -i '" + path("key") + "' '" + file + "' | tee '" + path("tar") + "' | tar -tvf -"}, {});
  const auto list = shell.wait();
  EXPECT_EQ(list.exit_code, 0) << list.errors;
  for (const char* member : {"manifest", "header", "root", "rows"})
    EXPECT_TRUE(holds(list.output, member)) << list.output;
  EXPECT_FALSE(holds(content(path("tar")), canary_)) << "what is stored is sealed inside, too";
  EXPECT_TRUE(holds(cli({"audit", "list", "--action", "backup.finished", "--json"}).output, "rows"));
}

// Where nothing can be replaced the rows are read twice, and the file is the same in all but what is random.
TEST_F(BackupCommands, IsAsGoodThroughAPipeAndAtTheEndOfAFile) {
  const std::string program = "'" + std::string(STRONGROOM_PATH) + "' --socket '" + daemon_.socket() + "'";
  const std::string create = program + " backup create --recipient " + recipient_ + " --output -";
  const std::string digests = "age -d -i '" + path("key") + "' '" + path("it") +
                              "' | tar -xO rows | sha256sum | cut -c1-64; age -d -i '" + path("key") + "' '" +
                              path("it") + "' | tar -xO manifest | grep '^rows' | cut -d' ' -f3";
  for (const std::string& way : {create + " | cat > '" + path("it") + "'", create + " > '" + path("it") + "'",
                                 ": > '" + path("it") + "'; " + create + " 1<>'" + path("it") + "'",
                                 ": > '" + path("it") + "'; " + create + " >> '" + path("it") + "'"}) {
    SCOPED_TRACE(way);
    Process shell({"bash", "-c", "set -e -o pipefail; rm -f '" + path("it") + "'; " + way + "; " + digests}, {});
    const auto outcome = shell.wait();
    ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(outcome.output.size(), 130U) << outcome.output;
    EXPECT_EQ(outcome.output.substr(0, 64), outcome.output.substr(65, 64)) << "what sha256sum finds";
    const auto good = cli({"backup", "verify", path("it"), "--identity", path("key")});
    EXPECT_EQ(good.exit_code, 0) << good.errors;
  }
}

TEST_F(BackupCommands, IsVerifiedWithoutADaemon) {
  const std::string file = make();
  const std::string key = cli({"audit", "key"}).output;
  const std::string signer = key.substr(0, key.find('\n'));
  (void)daemon_.stop();
  const auto good = cli({"backup", "verify", file, "--identity", path("key")});
  EXPECT_EQ(good.exit_code, 0) << good.errors;
  EXPECT_TRUE(holds(good.output, "Good: ") && holds(good.output, "signer unknown")) << good.output;
  const auto known = cli({"backup", "verify", file, "--identity", path("key"), "--signer", signer});
  EXPECT_TRUE(holds(known.output, "as you wanted")) << known.output << known.errors;
  EXPECT_TRUE(
      holds(cli({"backup", "verify", file, "--identity", path("key"), "--json"}).output, "\"signer_known\":false"));

  Process keygen({"age-keygen", "-o", path("other")}, {});
  (void)keygen.wait();
  EXPECT_NE(cli({"backup", "verify", file, "--identity", path("other")}).exit_code, 0);
  std::string other_signer = signer;
  other_signer[other_signer.size() - 3] = other_signer[other_signer.size() - 3] == 'A' ? 'B' : 'A';
  EXPECT_NE(cli({"backup", "verify", file, "--identity", path("key"), "--signer", other_signer}).exit_code, 0);
  fs::resize_file(file, fs::file_size(file) - 100);
  const auto cut = cli({"backup", "verify", file, "--identity", path("key")});
  EXPECT_NE(cut.exit_code, 0);
  EXPECT_FALSE(cut.errors.empty());
}

TEST_F(BackupCommands, BecomesAStoreElsewhereWithTheIdentityAlone) {
  const std::string code = [&] {
    const auto added = cli({"slot", "add", "recovery"}).output;
    return added.substr(added.find("    ") + 4, 41);
  }();
  const std::string file = make();
  (void)daemon_.stop();
  TestDaemon other;
  const auto restored = restore(other, {file, "--identity", path("key")});
  ASSERT_EQ(restored.exit_code, 0) << restored.errors;
  EXPECT_TRUE(holds(restored.output, "Restored ") && holds(restored.output, "A new recovery code")) << restored.output;
  for (const auto& entry : fs::directory_iterator(other.folder()))
    EXPECT_FALSE(holds(entry.path().string(), ".before-")) << "nothing was there";
  other.start();
  expect_all(other);
  const auto log = run_cli(other, {"audit", "list", "--limit", "50"});
  EXPECT_TRUE(holds(log.output, "store.restored")) << log.output;
  EXPECT_EQ(run_cli(other, {"audit", "verify"}).exit_code, 0);
  ASSERT_EQ(run_cli(other, {"lock"}).exit_code, 0);
  const std::string fresh = restored.output.substr(restored.output.find("    ") + 4, 41);
  for (const std::string& each : {code, fresh}) {
    ASSERT_EQ(run_cli(other, {"lock"}).exit_code, 0);
    EXPECT_EQ(run_cli(other, {"unlock", "--recovery"}, each).exit_code, 0) << each;
  }
  (void)other.stop();
  other.start();
  auto client = other.client();
  EXPECT_TRUE(get(client, "new/one")) << "it opens at the next start without a person";
  EXPECT_FALSE(holds(run_cli(other, {"audit", "list", "--since", "1h"}).output, canary_));
}

// The id is another one for what runs in a name space of its own.
TEST_F(BackupCommands, IsRestoredOnAMachineWithAnotherId) {
  const std::string id = path("machine-id");
  std::ofstream(id) << std::string(31, 'a') << "b\n";
  fs::permissions(id, fs::perms::others_read | fs::perms::group_read, fs::perm_options::add);
  const std::vector<std::string> elsewhere{
      "unshare", "--mount", "sh", "-c", "mount --bind \"$0\" /etc/machine-id && exec \"$@\"", id};
  std::vector<std::string> trial = elsewhere;
  trial.insert(trial.end(), {"cat", "/etc/machine-id"});
  if (geteuid() != 0 || Process(trial, {}).wait().output != content(id))
    GTEST_SKIP() << "only root of a machine with an id can give it another one";
  const std::string file = make();
  (void)daemon_.stop();
  TestDaemon other;
  std::vector<std::string> words = elsewhere;
  words.insert(words.end(), {STRONGROOMD_PATH, "--data", other.data().string(), "--state", other.state().string(),
                             "--restore", file, "--identity", path("key")});
  const auto restored = Process(words, {.environment = other.environment(), .input = {}, .folder = {}}).wait();
  ASSERT_EQ(restored.exit_code, 0) << restored.errors;
  other.run_under(elsewhere);
  other.start();
  expect_all(other);
  (void)other.stop();
  other.run_under({});
  other.start();
  auto client = other.client();
  EXPECT_EQ(get(client, "prod/db").error().code, ErrorCode::locked) << "its key file is of that machine";
}

TEST_F(BackupCommands, AScheduleIsWrittenIntoTheConfigurationAndJudgedFirst) {
  const fs::path file = configuration();
  EXPECT_NE(schedule({}).exit_code, 0);
  const auto nowhere = schedule({"--folder", path("backups"), "--recipient", recipient_});
  EXPECT_TRUE(holds(nowhere.errors, "there is no such folder")) << nowhere.errors;
  fs::create_directory(path("backups"));
  EXPECT_NE(schedule({"--folder", path("backups"), "--recipient", "age1nobody"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(file)) << "what the daemon does not take is not written";
  const auto written = schedule({"--folder", path("backups"), "--recipient", recipient_, "--keep", "3"});
  ASSERT_EQ(written.exit_code, 0) << written.errors;
  const std::string text = content(file);
  ASSERT_EQ(schedule({"--every-hours", "6"}).exit_code, 0);
  EXPECT_EQ(content(file), text + "every_hours = 6\n");
  (void)daemon_.stop();
  daemon_.start();
  const auto list = cli({"backup", "list"});
  EXPECT_TRUE(holds(list.output, "every 6 h, 3 kept")) << list.output << list.errors;
}

// Whoever reads it with other eyes (a group, another user's daemon) reads it afterwards, too.
TEST_F(BackupCommands, AScheduleLeavesTheConfigurationToWhomItBelongs) {
  fs::create_directory(path("backups"));
  ASSERT_EQ(schedule({"--folder", path("backups"), "--recipient", recipient_}).exit_code, 0);
  EXPECT_EQ(fs::status(configuration()).permissions(), fs::perms::owner_read | fs::perms::owner_write) << "a new one";
  const auto open = static_cast<fs::perms>(0644);
  fs::permissions(configuration(), open);
  const bool root = geteuid() == 0;
  if (root) {
    ASSERT_EQ(chown(configuration().c_str(), 64321, 64322), 0);
  }
  const auto changed = schedule({"--keep", "3"});
  ASSERT_EQ(changed.exit_code, 0) << changed.errors;
  EXPECT_TRUE(holds(content(configuration()), "keep = 3"));
  struct stat found{};
  ASSERT_EQ(stat(configuration().c_str(), &found), 0);
  EXPECT_EQ(static_cast<fs::perms>(found.st_mode & 07777), open);
  EXPECT_EQ(found.st_uid, root ? 64321 : geteuid());
  EXPECT_EQ(found.st_gid, root ? 64322 : getegid());
  for (const auto& entry : fs::directory_iterator(configuration().parent_path()))
    EXPECT_EQ(entry.path(), configuration()) << "nothing else is left there";
}

TEST_F(BackupCommands, AFolderThatCannotBeLookedAtIsSaidSo) {
  fs::create_directory_symlink("loop", path("loop"));
  const auto refused = schedule({"--folder", path("loop"), "--recipient", recipient_});
  EXPECT_EQ(refused.exit_code, 4) << refused.errors;
  EXPECT_TRUE(holds(refused.errors, "cannot be looked at")) << refused.errors;
  EXPECT_FALSE(fs::exists(configuration()));
}

TEST_F(BackupCommands, OneThatAgeHasMadeOfTheSameIsAsGood) {
  const std::string same = forged(make(), "true");
  TestDaemon other;
  const auto restored = restore(other, {same, "--identity", path("key")});
  ASSERT_EQ(restored.exit_code, 0) << restored.errors;
  other.start();
  expect_all(other);
}

TEST_F(BackupCommands, ForgedIsRefusedAndNothingIsThereAfterwards) {
  const std::string file = make();
  const std::string key = cli({"audit", "key"}).output;
  const std::string signer = key.substr(0, key.find('\n'));

  const struct {
    const char* what;
    bool only_with_signer;
  } changes[] = {
      {"printf x >> rows", false},
      {"head -c 1000 rows > r; mv r rows", false},
      // Noticed when all rows have been written beside.
      {"size=$(stat -c %s rows); printf '\\1' | dd of=rows bs=1 seek=$((size - 1)) conv=notrunc status=none", false},
      {"printf 'a%.0s' {1..32} > root", false},
      {"sed -i 's/^created 1/created 2/' manifest", true},
      {"sed -i 's/^strongroom-backup.1/strongroom-backup\\/2/' manifest", false}};

  for (const auto& change : changes) {
    TestDaemon other;
    std::vector<std::string> words{forged(file, change.what), "--identity", path("key")};
    if (change.only_with_signer) words.insert(words.end(), {"--signer", signer});
    const auto refused = restore(other, words);
    EXPECT_NE(refused.exit_code, 0) << change.what;
    EXPECT_TRUE(holds(refused.errors, "nothing was restored: ")) << refused.errors;
    EXPECT_FALSE(fs::exists(other.data() / "vault.a"));
    int beside = 0;
    for (const auto& entry : fs::directory_iterator(other.folder()))
      beside += holds(entry.path().string(), "restoring") ? 1 : 0;
    EXPECT_EQ(beside, 0);
  }
}

TEST_F(BackupCommands, TakesThePlaceOfAStoreOnlyWhenTold) {
  const std::string file = make();
  const auto running = restore(daemon_, {file, "--identity", path("key"), "--replace"});
  EXPECT_NE(running.exit_code, 0) << "the daemon is there";
  auto client = daemon_.client();
  ASSERT_TRUE(put(client, "prod/db", "changed afterwards"));
  (void)daemon_.stop();
  const auto refused = restore(daemon_, {file, "--identity", path("key")});
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_TRUE(holds(refused.errors, "--replace")) << refused.errors;
  const auto replaced = restore(daemon_, {file, "--identity", path("key"), "--replace"});
  ASSERT_EQ(replaced.exit_code, 0) << replaced.errors;
  EXPECT_TRUE(holds(replaced.output, "What was there lies in ")) << replaced.output;
  daemon_.start();
  expect_all(daemon_);
}

TEST_F(BackupCommands, FoldersInEachOtherAreNotExchanged) {
  const std::string file = make();
  TestDaemon other;
  const auto nested = restore(other, {file, "--identity", path("key"), "--state", (other.data() / "state").string()});
  EXPECT_NE(nested.exit_code, 0);
  EXPECT_TRUE(holds(nested.errors, "lie in each other")) << nested.errors;
  EXPECT_FALSE(fs::exists(other.data() / "vault.a"));
}

TEST_F(BackupCommands, APassphraseOpensItToo) {
  const auto made = cli({"backup", "create", "--passphrase", "--output", path("p.age")}, "some words\n");
  ASSERT_EQ(made.exit_code, 0) << made.errors;
  EXPECT_EQ(cli({"backup", "verify", path("p.age")}, "some words\n").exit_code, 0);
  EXPECT_NE(cli({"backup", "verify", path("p.age")}, "other words\n").exit_code, 0);
  TestDaemon other;
  const auto restored = restore(other, {path("p.age")}, "some words\n");
  EXPECT_EQ(restored.exit_code, 0) << restored.errors;
}

TEST_F(BackupCommands, IsMadeWithoutBeingAskedAndOldOnesGo) {
  fs::create_directory(path("backups"));
  (void)daemon_.stop();
  daemon_.add_flags({"--backup-folder", path("backups"), "--backup-recipients", recipient_, "--backup-keep", "2"});
  daemon_.start();
  const auto count = [&] {
    int files = 0;
    for (const auto& entry : fs::directory_iterator(path("backups")))
      files += entry.path().extension() == ".age" ? 1 : 0;
    return files;
  };
  EXPECT_TRUE(eventually([&] { return count() == 1; }));
  const auto list = cli({"backup", "list"});
  EXPECT_TRUE(holds(list.output, "every 24 h, 2 kept, the next one")) << list.output << list.errors;
  const std::string name = fs::directory_iterator(path("backups"))->path().filename().string();
  for (const char* time : {"20200101T000000Z", "20200102T000000Z"})
    fs::copy_file(path("backups") + "/" + name, path("backups") + "/" + name.substr(0, 20) + time + ".age");
  EXPECT_TRUE(holds(cli({"backup", "prune"}).output, "20200101T000000Z"));
  EXPECT_EQ(count(), 2);
  EXPECT_EQ(cli({"backup", "verify", path("backups") + "/" + name, "--identity", path("key")}).exit_code, 0);
  EXPECT_EQ(cli({"backup", "create"}).exit_code, 0);
}

TEST_F(BackupCommands, WhatIsMissingIsSaid) {
  EXPECT_TRUE(holds(cli({"backup", "create"}).errors, "backup.folder")) << cli({"backup", "create"}).errors;
  EXPECT_TRUE(holds(cli({"backup", "create", "--output", path("x")}).errors, "--recipient"));
  EXPECT_NE(cli({"backup", "create", "--output", path("x"), "--recipient", "age1nonsense"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(path("x")));
  EXPECT_NE(cli({"backup", "verify", path("nothing"), "--identity", path("key")}).exit_code, 0);
  ASSERT_EQ(cli({"lock"}).exit_code, 0);
  EXPECT_TRUE(holds(cli({"backup", "create", "--output", path("x"), "--recipient", recipient_}).errors, "locked"));
}

}  // namespace
}  // namespace strongroom::tests
