// Real providers of the Secret Service, in the states that they can be in.
#include <chrono>
#include <memory>
#include <set>
#include <thread>

#include "tests/integration/keyrings/keyring_house.h"
#include "tests/support/session_bus.h"

namespace strongroom::tests {
namespace {

constexpr const char* k_password = "correct horse";

class SecretServiceImport : public KeyringHouse, public testing::WithParamInterface<KeychainProvider> {
 protected:
  SecretServiceImport() { bus_ = std::make_unique<SessionBus>(daemon_.folder() / "desktop", GetParam()); }

  void keep(const std::string& label, const std::string& value, std::vector<std::string> attributes) const {
    attributes.insert(attributes.begin(), {"secret-tool", "store", "--label=" + label});
    Process store(std::move(attributes), {.environment = bus_->environment(), .input = value, .folder = {}});
    ASSERT_EQ(store.wait().exit_code, 0);
  }

  Outcome import_all(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"--from", "secret-service", "--to", "d"});
    return import(std::move(more), bus_->environment());
  }

  // Whether its helper runs.
  static bool asks(const Process& program) {
    Process children({"pgrep", "-P", std::to_string(program.pid())}, {});
    return children.wait().exit_code == 0;
  }

  // The path of the item that ends so, whatever its collection is called.
  std::string path_of(const std::string& end) const {
    const std::string all = listing();
    const auto at = all.find(end + "\n");
    if (at == std::string::npos) return all;
    const auto begin = all.rfind('\n', at) + 1;
    return all.substr(begin, at + end.size() - begin);
  }

  std::unique_ptr<SessionBus> bus_;
};

TEST_P(SecretServiceImport, ItemsComeAlongWithTheirAttributes) {
  bus_->start_keyring(k_password);
  keep("Git / work", "hush", {"server", "git.example", "user", "ann"});
  keep("twice", "one", {"n", "1"});
  keep("twice", "two", {"n", "2"});
  const auto dry = import_all({"--dry-run"});
  EXPECT_EQ(dry.exit_code, 0) << dry.output << dry.errors;
  EXPECT_TRUE(holds(dry.output, "3 would be stored")) << dry.output;
  EXPECT_EQ(listing(), "");
  const auto done = import_all();
  EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
  EXPECT_FALSE(holds(done.output + done.errors, "hush"));
  const std::string git = path_of("/Git _ work");
  EXPECT_EQ(read(git), "hush");
  EXPECT_TRUE(holds(metadata(git), "\"server\":\"git.example\"")) << metadata(git);
  EXPECT_TRUE(holds(metadata(git), "Git %2F work")) << metadata(git);
  EXPECT_EQ((std::set{read(path_of("/twice")), read(path_of("/twice-2"))}), (std::set<std::string>{"one", "two"}));
  const auto again = import_all();
  EXPECT_EQ(again.exit_code, 0) << again.output << again.errors;
  EXPECT_TRUE(holds(again.output, "3 unchanged")) << again.output;
}

TEST_P(SecretServiceImport, ACollectionThatIsNamedComesAlone) {
  bus_->start_keyring(k_password);
  keep("x", "value", {"a", "b"});
  const std::string collection = GetParam() == KeychainProvider::keepassxc ? "desktop" : "login";
  const auto done = import_all({collection});
  EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
  EXPECT_TRUE(holds(done.output, "Stored 1 of 1")) << done.output;
  const auto none = import_all({"nothing"});
  EXPECT_EQ(none.exit_code, 3) << none.output;
  EXPECT_TRUE(holds(none.errors, "no collection of this name")) << none.errors;
}

TEST_P(SecretServiceImport, OurOwnKeyStaysWhereItIs) {
  bus_->start_keyring(k_password);
  keep("a key", "half a key", {"xdg:schema", "io.strongroom.Slot", "account", "x"});
  const auto done = import_all();
  EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
  EXPECT_TRUE(holds(done.output, "left out  it is Strongroom's own")) << done.output;
  EXPECT_EQ(listing(), "");
}

TEST_P(SecretServiceImport, WhatIsMissingIsSaid) {
  const auto nobody = import_all();
  EXPECT_EQ(nobody.exit_code, 6);
  EXPECT_TRUE(holds(nobody.errors, "nobody on the session bus keeps secrets")) << nobody.errors;
  bus_->start_keyring(k_password);
  keep("x", "value", {"a", "b"});
  bus_->stop_keyring();
  bus_->start_keyring("");
  const auto begun = std::chrono::steady_clock::now();
  const auto locked = import_all();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20)) << "nobody may be asked";
  EXPECT_NE(locked.exit_code, 0) << locked.output;
  EXPECT_TRUE(holds(locked.errors + locked.output, "locked")) << locked.errors;
  bus_->signal_keyring(SIGKILL);
  EXPECT_TRUE(eventually([&] { return import_all().exit_code == 6; }));
  bus_.reset();
  std::filesystem::remove(daemon_.folder() / "desktop" / "bus");
  const auto no_bus =
      import({"--from", "secret-service"}, {"HOME=/nowhere", "PATH=/usr/bin:/bin", "XDG_RUNTIME_DIR=/nowhere"});
  EXPECT_EQ(no_bus.exit_code, 6);
  EXPECT_TRUE(holds(no_bus.errors, "no session bus")) << no_bus.errors;
}

// Whenever it ends: either all has come or it is said, and an import afterwards has all.
TEST_P(SecretServiceImport, AProviderThatEndsMidwayIsNamedAndNothingIsLost) {
  bus_->start_keyring(k_password);
  // KeePassXC 2.7 crashes now and then when much is stored while it writes its file.
  const int count = GetParam() == KeychainProvider::keepassxc ? 3 : 30;
  for (int i = 0; i < count; ++i) keep("n" + std::to_string(i), "value", {"n", std::to_string(i)});
  const std::string all = "Stored " + std::to_string(count) + " of " + std::to_string(count);
  const int rounds = GetParam() == KeychainProvider::keepassxc ? 3 : 6;
  for (int round = 0; round < rounds; ++round) {
    bus_->stop_keyring();
    bus_->start_keyring(k_password);
    // The first time it answers nothing at all.
    if (round == 0) bus_->signal_keyring(SIGSTOP);
    Process started({STRONGROOM_PATH, "--no-start", "--socket", daemon_.socket(), "import", "--from", "secret-service",
                     "--to", "round" + std::to_string(round)},
                    {.environment = bus_->environment(), .input = {}, .folder = {}});
    ASSERT_TRUE(eventually([&] { return asks(started) || !started.running(); }));
    std::this_thread::sleep_for(std::chrono::milliseconds(round));
    bus_->signal_keyring(SIGKILL);
    const auto ended = started.wait();
    const bool said = holds(ended.errors, "the keychain failed or ended while it was read") ||
                      holds(ended.errors, "nobody on the session bus keeps secrets");
    EXPECT_TRUE(ended.exit_code == 0 ? holds(ended.output, all) : said) << ended.output << ended.errors;
    EXPECT_EQ(holds(listing(), "round" + std::to_string(round)), ended.exit_code == 0);
    EXPECT_TRUE(round > 0 || said);
  }
  bus_->stop_keyring();
  bus_->start_keyring(k_password);
  EXPECT_TRUE(holds(import_all().output, all));
}

INSTANTIATE_TEST_SUITE_P(With, SecretServiceImport,
                         testing::Values(KeychainProvider::gnome_keyring, KeychainProvider::keepassxc),
                         [](const auto& provider) { return name_of(provider.param); });

}  // namespace
}  // namespace strongroom::tests
