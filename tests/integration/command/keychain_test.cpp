// The keychain slot with real providers of the Secret Service, in every state that it can be in; and the credential of
// a service manager.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/support/cli.h"
#include "tests/support/eventually.h"
#include "tests/support/secrets.h"
#include "tests/support/session_bus.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_password = "correct horse";

class KeychainSlot : public testing::TestWithParam<KeychainProvider> {
 protected:
  KeychainSlot() {
    bus_ = std::make_unique<SessionBus>(daemon_.folder() / "desktop", GetParam());
    for (const auto& entry : bus_->environment())
      if (!entry.starts_with("HOME=") && !entry.starts_with("PATH=")) daemon_.add_environment(entry);
  }

  Outcome cli(std::vector<std::string> words) { return run_cli(daemon_, std::move(words)); }

  std::string opened_by() {
    const std::string text = cli({"status"}).output;
    const auto at = text.find("opened by");
    if (at == std::string::npos) return "";
    const auto begin = text.find_first_not_of(' ', at + 9);
    return text.substr(begin, text.find('\n', begin) - begin);
  }

  // A store with a secret in it and a keychain slot, stopped.
  void make_store() {
    bus_->start_keyring(k_password);
    daemon_.start();
    auto client = daemon_.client();
    ASSERT_TRUE(put(client, "a/b", "value"));
    const auto added = cli({"slot", "add", "keychain", "--label", "desktop"});
    ASSERT_EQ(added.exit_code, 0) << added.errors;
    (void)daemon_.stop();
  }

  void lose_key_file() { fs::rename(daemon_.state() / "vault.key", daemon_.state() / "vault.key.away"); }

  std::string value() {
    auto client = daemon_.client();
    const auto got = get(client, "a/b");
    return got ? *got : std::string(error_info(got.error().code).name);
  }

  TestDaemon daemon_;
  std::unique_ptr<SessionBus> bus_;
};

TEST_P(KeychainSlot, OpensTheStoreAtTheNextStart) {
  make_store();
  lose_key_file();
  daemon_.start();
  EXPECT_EQ(opened_by(), "keychain (desktop)");
  EXPECT_EQ(value(), "value");
  auto client = daemon_.client();
  EXPECT_TRUE(put(client, "a/b", "other"));
}

TEST_P(KeychainSlot, WithoutAnItemOrWithAnotherOneNothingOpens) {
  make_store();
  lose_key_file();
  // What the keychain has is not all: the local half belongs to it.
  fs::rename(daemon_.state() / "vault.keychain", daemon_.state() / "half");
  daemon_.start();
  EXPECT_EQ(value(), "locked");
  EXPECT_TRUE(holds(cli({"status"}).output, "vault.keychain is missing")) << cli({"status"}).output;
  fs::rename(daemon_.state() / "half", daemon_.state() / "vault.keychain");
  EXPECT_EQ(cli({"unlock"}).exit_code, 0);
  EXPECT_EQ(value(), "value");
}

TEST_P(KeychainSlot, ALockedKeychainIsNamedAndTheKeyFileServesMeanwhile) {
  make_store();
  bus_->stop_keyring();
  bus_->start_keyring("");
  daemon_.start();
  EXPECT_EQ(opened_by(), "key file (key file)");
  EXPECT_EQ(value(), "value");
  (void)daemon_.stop();
  lose_key_file();
  daemon_.start();
  EXPECT_EQ(value(), "locked");
  EXPECT_TRUE(holds(cli({"status"}).output, "the keychain is locked: log in")) << cli({"status"}).output;
  // Somebody logs in.
  bus_->stop_keyring();
  bus_->start_keyring(k_password);
  EXPECT_EQ(cli({"unlock"}).exit_code, 0);
  EXPECT_EQ(opened_by(), "keychain (desktop)");
  EXPECT_EQ(value(), "value");
}

TEST_P(KeychainSlot, BesideALockedKeychainAPassphraseIsAskedFor) {
  make_store();
  daemon_.start();
  ASSERT_EQ(run_cli(daemon_, {"slot", "add", "passphrase"}, "correct horse battery").exit_code, 0);
  (void)daemon_.stop();
  bus_->stop_keyring();
  bus_->start_keyring("");
  lose_key_file();
  // Without the key file there is the keychain alone that needs no person.
  daemon_.start();
  const std::string list = cli({"slot", "list"}).output;
  EXPECT_TRUE(holds(list, "keychain")) << list;
  EXPECT_EQ(run_cli(daemon_, {"unlock"}, "correct horse battery").exit_code, 0);
  EXPECT_EQ(opened_by(), "passphrase");
  EXPECT_EQ(value(), "value");
}

// A real gnome-keyring asks a prompter that presses "Cancel"; KeePassXC would ask in a window of its own.
TEST_P(KeychainSlot, SomebodyWhoSaysNoIsNamedAndMayBeAskedAgain) {
  if (GetParam() != KeychainProvider::gnome_keyring) GTEST_SKIP() << "its own window asks, which nobody drives here";
  make_store();
  bus_->stop_keyring();
  bus_->start_keyring("");
  lose_key_file();
  daemon_.start();
  Process prompter({"/usr/bin/python3", "-B", SAY_NO}, {.environment = bus_->environment(), .input = {}, .folder = {}});
  ASSERT_TRUE(eventually([&] { return bus_->has_name("org.gnome.keyring.SystemPrompter"); }));
  for (int i = 0; i < 2; ++i) {
    const auto refused = cli({"unlock"});
    EXPECT_NE(refused.exit_code, 0);
    EXPECT_TRUE(holds(refused.errors, "the keychain was asked, and somebody said no")) << refused.errors;
  }
  EXPECT_EQ(value(), "locked");
  bus_->stop_keyring();
  bus_->start_keyring(k_password);
  EXPECT_EQ(cli({"unlock"}).exit_code, 0);
  EXPECT_EQ(value(), "value");
}

TEST_P(KeychainSlot, WithoutAProviderItIsSaidWhatIsMissing) {
  make_store();
  bus_->stop_keyring();
  lose_key_file();
  daemon_.start();
  EXPECT_EQ(value(), "locked");
  EXPECT_TRUE(holds(cli({"status"}).output, "nobody on the session bus keeps secrets")) << cli({"status"}).output;
  bus_->start_keyring(k_password);
  EXPECT_EQ(cli({"unlock"}).exit_code, 0);
  EXPECT_EQ(value(), "value");
}

TEST_P(KeychainSlot, WithoutABusItIsSaidThatThereIsNone) {
  make_store();
  bus_.reset();
  fs::remove(daemon_.folder() / "desktop" / "bus");
  lose_key_file();
  daemon_.start();
  EXPECT_EQ(value(), "locked");
  EXPECT_TRUE(holds(cli({"status"}).output, "no session bus")) << cli({"status"}).output;
}

TEST_P(KeychainSlot, AProviderThatHangsIsGivenUpAndOneThatDiesIsNamed) {
  make_store();
  bus_->signal_keyring(SIGSTOP);
  const auto begun = std::chrono::steady_clock::now();
  daemon_.start();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
  EXPECT_EQ(opened_by(), "key file (key file)");
  (void)daemon_.stop();
  bus_->signal_keyring(SIGKILL);
  lose_key_file();
  daemon_.start();
  EXPECT_EQ(value(), "locked");
  EXPECT_TRUE(holds(cli({"status"}).output, "nobody on the session bus keeps secrets")) << cli({"status"}).output;
}

TEST_P(KeychainSlot, IsNotAddedWhereItCouldNotBeRead) {
  daemon_.start();
  const auto none = cli({"slot", "add", "keychain"});
  EXPECT_NE(none.exit_code, 0);
  EXPECT_TRUE(holds(none.errors, "nobody on the session bus keeps secrets")) << none.errors;
  bus_->start_keyring("");
  const auto locked = cli({"slot", "add", "keychain"});
  EXPECT_NE(locked.exit_code, 0);
  EXPECT_TRUE(holds(locked.errors, "the keychain is locked")) << locked.errors;
  EXPECT_FALSE(holds(cli({"slot", "list"}).output, "keychain"));
  EXPECT_TRUE(holds(cli({"slot", "list"}).output, "key_file"));
}

TEST_P(KeychainSlot, TakesItsItemAwayWhenItIsRemoved) {
  make_store();
  daemon_.start();
  const std::string list = cli({"slot", "list"}).output;
  const auto at = list.find("  keychain");
  ASSERT_NE(at, std::string::npos) << list;
  const std::string id = list.substr(at - 16, 16);
  const auto item = [&] {
    Process search({"secret-tool", "search", "--all", "xdg:schema", "io.strongroom.Slot"},
                   {.environment = bus_->environment(), .input = {}, .folder = {}});
    return search.wait().output;
  };
  EXPECT_FALSE(item().empty());
  ASSERT_EQ(cli({"slot", "remove", id}).exit_code, 0);
  EXPECT_TRUE(item().empty());
  EXPECT_FALSE(fs::exists(daemon_.state() / "vault.keychain"));
}

TEST_P(KeychainSlot, ReplacesItsItemWithoutAskingAnybody) {
  bus_->start_keyring(k_password);
  const std::string helper = fs::path(STRONGROOMD_PATH).parent_path() / "strongroom-keychain";
  for (const std::string value : {"first", "second"}) {
    Process store({helper, "store", "account"}, {.environment = bus_->environment(), .input = value, .folder = {}});
    EXPECT_EQ(store.wait(std::chrono::seconds(20)).exit_code, 0);
  }
  Process fetch({helper, "fetch", "account", "quiet"}, {.environment = bus_->environment(), .input = {}, .folder = {}});
  EXPECT_EQ(fetch.wait().output, "second");
}

// The second implementation of the format (tests/integration/format), with what was handed over.
Outcome open_store(const TestDaemon& daemon, const std::string& way, const fs::path& file) {
  Process process(
      {"/usr/bin/python3", "-B", OPEN_STORE, daemon.data().string(), daemon.state().string(), way, file.string()}, {});
  return process.wait();
}

TEST_P(KeychainSlot, IsWhatItsFormatSays) {
  make_store();
  Process lookup({"secret-tool", "lookup", "xdg:schema", "io.strongroom.Slot"},
                 {.environment = bus_->environment(), .input = {}, .folder = {}});
  const fs::path item = daemon_.folder() / "item";
  std::ofstream(item) << lookup.wait().output;
  const auto opened = open_store(daemon_, "--keychain-item-file", item);
  EXPECT_EQ(opened.exit_code, 0) << opened.errors;
  EXPECT_TRUE(holds(opened.output, "type 4 'desktop'")) << opened.output;
}

INSTANTIATE_TEST_SUITE_P(With, KeychainSlot,
                         testing::Values(KeychainProvider::gnome_keyring, KeychainProvider::keepassxc),
                         [](const auto& provider) { return name_of(provider.param); });

class CredentialSlot : public testing::Test {
 protected:
  CredentialSlot() {
    fs::create_directories(folder());
    fs::permissions(folder(), fs::perms::owner_all);
    daemon_.add_environment("CREDENTIALS_DIRECTORY=" + folder().string());
  }

  fs::path folder() const { return daemon_.folder() / "credentials"; }

  void hand_over(std::string_view content) {
    std::ofstream(folder() / "strongroom.key", std::ios::binary | std::ios::trunc) << content;
    fs::permissions(folder() / "strongroom.key", fs::perms::owner_read | fs::perms::owner_write);
  }

  Outcome cli(std::vector<std::string> words) { return run_cli(daemon_, std::move(words)); }

  TestDaemon daemon_;
};

TEST_F(CredentialSlot, OpensTheStoreWithTheRightCredentialOnly) {
  hand_over(std::string(32, 'c'));
  daemon_.start();
  ASSERT_EQ(cli({"slot", "add", "credential"}).exit_code, 0);
  (void)daemon_.stop();
  const auto opened = open_store(daemon_, "--credential-file", folder() / "strongroom.key");
  EXPECT_EQ(opened.exit_code, 0) << opened.errors;
  fs::remove(daemon_.state() / "vault.key");
  daemon_.start();
  EXPECT_TRUE(holds(cli({"status"}).output, "credential")) << cli({"status"}).output;
  (void)daemon_.stop();
  hand_over(std::string(32, 'd'));
  daemon_.start();
  const std::string status = cli({"status"}).output;
  EXPECT_TRUE(holds(status, "the credential 'strongroom.key' does not open this store")) << status;
  (void)daemon_.stop();
  fs::remove(folder() / "strongroom.key");
  daemon_.start();
  EXPECT_TRUE(holds(cli({"status"}).output, "no credential 'strongroom.key'")) << cli({"status"}).output;
}

TEST_F(CredentialSlot, IsRefusedWhereThereIsNoneOrAShortOne) {
  daemon_.start();
  EXPECT_TRUE(holds(cli({"slot", "add", "credential"}).errors, "no credential 'strongroom.key'"));
  hand_over("short");
  EXPECT_TRUE(holds(cli({"slot", "add", "credential"}).errors, "less than 32 bytes"));
}

}  // namespace
}  // namespace strongroom::tests
