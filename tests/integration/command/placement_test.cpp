// Where values lie, with a real keychain in every state that it can be in.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <strongroom/protocol/methods/service.h>

#include "tests/support/cli.h"
#include "tests/support/secrets.h"
#include "tests/support/session_bus.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_password = "correct horse";

class Placement : public testing::Test {
 protected:
  explicit Placement(KeychainProvider provider = KeychainProvider::gnome_keyring) {
    bus_ = std::make_unique<SessionBus>(daemon_.folder() / "desktop", provider);
    for (const auto& entry : bus_->environment())
      if (!entry.starts_with("HOME=") && !entry.starts_with("PATH=")) daemon_.add_environment(entry);
  }

  void start(const std::string& rules) {
    daemon_.add_flags({"--placement", rules});
    daemon_.start();
  }

  void restart() {
    (void)daemon_.stop();
    daemon_.start();
  }

  Outcome cli(std::vector<std::string> words, std::string input = {}) {
    return run_cli(daemon_, std::move(words), std::move(input));
  }

  Result<wire::PutResponse> put(const std::string& path, std::string_view value) {
    auto client = daemon_.client();
    return client.call<wire::Put>(put_request(path, value));
  }

  Result<wire::GetResponse> get(const std::string& path, std::optional<std::int64_t> version = {}) {
    auto client = daemon_.client();
    wire::GetRequest request;
    request.path = path;
    request.version = version;
    return client.call<wire::Get>(request);
  }

  std::string value(const std::string& path, std::optional<std::int64_t> version = {}) {
    auto got = get(path, version);
    return got ? plain_value(*got) : std::string(error_info(got.error().code).name) + ": " + got.error().message;
  }

  wire::Placed placed(const std::string& path) {
    const auto got = get(path);
    EXPECT_TRUE(got) << got.error().message;
    return got ? got->placed.value_or(wire::Placed::store) : wire::Placed::store;
  }

  wire::PromoteResponse promote() {
    auto client = daemon_.client();
    auto done = client.call<wire::Promote>({});
    EXPECT_TRUE(done) << done.error().message;
    return done ? *done : wire::PromoteResponse{};
  }

  // Texts of this store's values in the keychain.
  std::vector<std::string> items() const {
    Process search({"secret-tool", "search", "--all", "--unlock", "xdg:schema", "io.strongroom.Slot"},
                   {.environment = bus_->environment(), .input = {}, .folder = {}});
    std::vector<std::string> out;
    std::istringstream lines(search.wait().output);
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("secret = ")) out.push_back(line.substr(9));
    std::ranges::sort(out);
    return out;
  }

  bool lies_in_the_store(std::string_view text) const {
    for (const auto& entry : fs::recursive_directory_iterator(daemon_.data()))
      if (entry.is_regular_file() && holds(content(entry.path()), text)) return true;
    return false;
  }

  std::string point() {
    auto client = daemon_.client();
    const auto status = status_of(client);
    for (const auto& each : status.security->points)
      if (each.name == "placement") return each.why;
    return "";
  }

  TestDaemon daemon_;
  std::unique_ptr<SessionBus> bus_;
};

TEST_F(Placement, InTheKeychainLieEnvelopesAndTheStoreHasNotWhatOpensThem) {
  bus_->start_keyring(k_password);
  start("desk=keychain");
  const auto written = put("desk/key", "canary-value-1");
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->placed, wire::Placed::keychain);
  EXPECT_FALSE(written->notice) << *written->notice;
  ASSERT_TRUE(put("other/key", "beside"));
  EXPECT_EQ(value("desk/key"), "canary-value-1");
  EXPECT_EQ(placed("desk/key"), wire::Placed::keychain);
  EXPECT_EQ(placed("other/key"), wire::Placed::store);
  const auto held = items();
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held.front().find("canary"), std::string::npos);
  restart();
  EXPECT_EQ(value("desk/key"), "canary-value-1");
  EXPECT_EQ(point(), "every value lies where the configuration places it");
}

TEST_F(Placement, EveryVersionHasItsOwnItemAndGoesWithIt) {
  bus_->start_keyring(k_password);
  start("desk=keychain");
  for (const char* text : {"one", "two", "three"}) ASSERT_TRUE(put("desk/key", text));
  EXPECT_EQ(items().size(), 3u);
  EXPECT_EQ(value("desk/key", 1), "one");
  EXPECT_EQ(value("desk/key", 2), "two");
  // Merging, rolling back and copying read from there and write there.
  ASSERT_EQ(cli({"secret", "set", "desk/key", "--field", "user"}, "me").exit_code, 0);
  auto both = get("desk/key");
  ASSERT_TRUE(both);
  EXPECT_EQ(plain_value(*both), "three");
  EXPECT_EQ(plain_value(*both, "user"), "me");
  ASSERT_EQ(cli({"secret", "rollback", "desk/key", "1"}).exit_code, 0);
  EXPECT_EQ(value("desk/key"), "one");
  ASSERT_EQ(cli({"secret", "copy", "desk/key", "desk/copy"}).exit_code, 0);
  EXPECT_EQ(value("desk/copy"), "one");
  ASSERT_EQ(cli({"secret", "move", "desk/copy", "desk/moved"}).exit_code, 0);
  EXPECT_EQ(value("desk/moved"), "one");
  EXPECT_EQ(items().size(), 6u);
  ASSERT_EQ(cli({"secret", "destroy", "desk/key", "--version", "2", "--yes"}).exit_code, 0);
  EXPECT_TRUE(eventually([&] { return items().size() == 5; }));
  ASSERT_EQ(cli({"secret", "purge", "desk", "--recursive", "--yes"}).exit_code, 0);
  EXPECT_TRUE(eventually([&] { return items().empty(); }));
}

TEST_F(Placement, VersionsThatAreNotKeptLeaveTheKeychainToo) {
  bus_->start_keyring(k_password);
  start("desk=keychain");
  for (int i = 0; i < 13; ++i) ASSERT_TRUE(put("desk/key", "v" + std::to_string(i)));
  EXPECT_TRUE(eventually([&] { return items().size() == 10; })) << items().size();
  EXPECT_EQ(value("desk/key"), "v12");
}

TEST_F(Placement, ALargeValueOfBytesComesBackAsItWas) {
  bus_->start_keyring(k_password);
  start("desk=keychain");
  std::string large(200'000, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7);
  ASSERT_TRUE(put("desk/large", large));
  EXPECT_EQ(value("desk/large"), large);
}

TEST_F(Placement, BatchesReadAndWriteThereToo) {
  bus_->start_keyring(k_password);
  start("desk=keychain,tmp=session");
  auto client = daemon_.client();
  wire::PutManyRequest many;
  for (const char* path : {"desk/a", "desk/b", "tmp/c", "d"}) many.items.push_back(put_request(path, path));
  const auto written = client.call<wire::PutMany>(many);
  ASSERT_TRUE(written);
  ASSERT_EQ(written->items.size(), 4u);
  EXPECT_EQ(written->items[0].placed, wire::Placed::keychain);
  EXPECT_EQ(written->items[2].placed, wire::Placed::session);
  EXPECT_EQ(written->items[3].placed, wire::Placed::store);
  wire::GetManyRequest asked;
  for (const char* path : {"desk/a", "desk/b", "tmp/c", "d", "desk/none"}) asked.items.push_back({.path = path});
  auto got = client.call<wire::GetMany>(asked);
  ASSERT_TRUE(got) << got.error().message;
  for (std::size_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(got->items[i].fields_) << i;
    EXPECT_EQ(got->items[i].fields_->front().value.reveal_text(RevealReason::test), asked.items[i].path);
  }
  EXPECT_TRUE(got->items[4].problem);
}

TEST_F(Placement, NewKeysLeaveTheKeychainAlone) {
  bus_->start_keyring(k_password);
  start("desk=keychain");
  for (const char* text : {"one", "two"}) ASSERT_TRUE(put("desk/key", text));
  const auto before = items();
  bus_->stop_keyring();
  ASSERT_EQ(cli({"key", "rotate", "namespace", "default"}).exit_code, 0);
  EXPECT_TRUE(eventually([&] {
    const std::string keys = cli({"key", "list", "--json"}).output;
    return keys.find("\"rewrapping\":{\"running\":false") != std::string::npos;
  })) << cli({"key", "list", "--json"}).output;
  bus_->start_keyring(k_password);
  restart();
  EXPECT_EQ(value("desk/key", 1), "one");
  EXPECT_EQ(value("desk/key"), "two");
  EXPECT_EQ(items(), before);
}

TEST_F(Placement, SessionValuesAreInMemoryOnlyAndSaidToBeGoneAfterwards) {
  start("tmp=session");
  const auto written = put("tmp/key", "short-lived");
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->placed, wire::Placed::session);
  EXPECT_FALSE(written->notice);
  EXPECT_EQ(value("tmp/key"), "short-lived");
  ASSERT_EQ(cli({"lock"}).exit_code, 0);
  ASSERT_EQ(cli({"unlock"}).exit_code, 0);
  EXPECT_EQ(value("tmp/key"), "short-lived");
  restart();
  EXPECT_TRUE(eventually([&] { return holds(value("tmp/key"), "its values are gone"); })) << value("tmp/key");
  ASSERT_TRUE(put("tmp/key", "again"));
  EXPECT_EQ(value("tmp/key"), "again");
}

TEST_F(Placement, WhatIsClearedIsGoneAndTheStoreIsLocked) {
  start("tmp=session");
  ASSERT_TRUE(put("tmp/key", "short-lived"));
  ASSERT_TRUE(put("kept", "value"));
  const auto cleared = cli({"secret", "clear", "--memory", "--yes"});
  EXPECT_EQ(cleared.exit_code, 0) << cleared.errors;
  EXPECT_TRUE(holds(cleared.output, "The store is locked")) << cleared.output;
  EXPECT_TRUE(holds(value("kept"), "locked")) << value("kept");
  ASSERT_EQ(cli({"unlock"}).exit_code, 0);
  EXPECT_EQ(value("kept"), "value");
  EXPECT_TRUE(eventually([&] { return holds(value("tmp/key"), "gone"); })) << value("tmp/key");
  // Also of a store that is locked already.
  ASSERT_TRUE(put("tmp/key", "again"));
  ASSERT_EQ(cli({"lock"}).exit_code, 0);
  EXPECT_EQ(cli({"secret", "clear", "--memory", "--yes"}).exit_code, 0);
  ASSERT_EQ(cli({"unlock"}).exit_code, 0);
  EXPECT_TRUE(eventually([&] { return holds(value("tmp/key"), "gone"); })) << value("tmp/key");
  EXPECT_NE(cli({"secret", "clear"}).exit_code, 0);
}

TEST_F(Placement, PlainTextExistsInDevelopmentModeOnly) {
  daemon_.add_flags({"--placement", "dev=plain-dev"});
  daemon_.launch();
  const auto refused = daemon_.wait();
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_TRUE(holds(refused.errors, "development mode alone")) << refused.errors;
  daemon_.add_flags({"--mode", "development"});
  daemon_.start();
  const auto written = put("dev/key", "plain-canary");
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->placed, wire::Placed::plain_text);
  EXPECT_TRUE(holds(*written->notice, "plain text")) << *written->notice;
  EXPECT_EQ(value("dev/key"), "plain-canary");
  EXPECT_TRUE(holds(point(), "development mode")) << point();
  EXPECT_TRUE(holds(cli({"status"}).output, "development mode"));
  EXPECT_NE(cli({"status", "--check"}).exit_code, 0);
  const auto stopped = daemon_.stop();
  EXPECT_TRUE(holds(stopped.errors, "DEVELOPMENT MODE")) << stopped.errors;
  EXPECT_TRUE(lies_in_the_store("plain-canary"));
  // In production it is encrypted, without being asked, and nothing of it stays.
  daemon_.add_flags({"--mode", "production", "--placement", ""});
  daemon_.start();
  EXPECT_TRUE(eventually([&] { return point() == "every value lies in the encrypted store"; })) << point();
  EXPECT_EQ(value("dev/key"), "plain-canary");
  EXPECT_EQ(placed("dev/key"), wire::Placed::store);
  // The event follows what status says.
  EXPECT_TRUE(eventually([&] {
    return holds(cli({"audit", "list", "--action", "secret.promote", "--json"}).output, "versions were moved");
  }));
  (void)daemon_.stop();
  EXPECT_FALSE(lies_in_the_store("plain-canary"));
}

TEST_F(Placement, WhatLiesInTheStoreIsNotMovedIntoMemoryByAnEdit) {
  daemon_.start();
  ASSERT_TRUE(put("tmp/key", "durable"));
  (void)daemon_.stop();
  daemon_.add_flags({"--placement", "/=session"});
  daemon_.start();
  EXPECT_EQ(promote().moved, 0);
  EXPECT_EQ(value("tmp/key"), "durable");
  restart();
  EXPECT_EQ(value("tmp/key"), "durable");
  EXPECT_EQ(placed("tmp/key"), wire::Placed::store);
}

TEST_F(Placement, AnotherRuleCarriesValuesAlongInBothDirections) {
  bus_->start_keyring(k_password);
  daemon_.start();
  ASSERT_TRUE(put("desk/key", "one"));
  ASSERT_TRUE(put("desk/key", "two"));
  ASSERT_TRUE(put("desk/large", std::string(9000, 'l')));
  (void)daemon_.stop();
  daemon_.add_flags({"--placement", "desk=keychain"});
  daemon_.start();
  EXPECT_TRUE(eventually([&] { return items().size() == 3; })) << items().size();
  EXPECT_EQ(value("desk/key", 1), "one");
  (void)daemon_.stop();
  daemon_.add_flags({"--placement", ""});
  daemon_.start();
  EXPECT_TRUE(eventually([&] { return items().empty(); })) << items().size();
  EXPECT_EQ(value("desk/key", 1), "one");
  EXPECT_EQ(value("desk/key"), "two");
  EXPECT_EQ(value("desk/large"), std::string(9000, 'l'));
  EXPECT_EQ(placed("desk/large"), wire::Placed::store);
}

// --- Without a keychain, and with one that fails

struct State {
  const char* name;
  const char* says;  // part of the message
};

// Every provider in every state.
using Case = std::tuple<KeychainProvider, State>;

class WithoutKeychain : public Placement, public testing::WithParamInterface<Case> {
 protected:
  WithoutKeychain() : Placement(std::get<0>(GetParam())) {}

  static const State& state() { return std::get<1>(GetParam()); }

  // KeePassXC writes its file a moment after it has answered (docs/placement.md).
  void wait_until_kept(fs::file_time_type last_answer) const {
    if (std::get<0>(GetParam()) != KeychainProvider::keepassxc) return;
    const fs::path database = daemon_.folder() / "desktop" / "desktop.kdbx";
    ASSERT_TRUE(eventually([&] { return fs::last_write_time(database) > last_answer; }));
  }

  void break_it() {
    const std::string name = state().name;
    if (name == "NoProvider") bus_->stop_keyring();
    if (name == "Locked") {
      bus_->stop_keyring();
      bus_->start_keyring("");
    }
    if (name == "Hangs") bus_->signal_keyring(SIGSTOP);
    if (name == "NoBus") {
      bus_.reset();
      fs::remove(daemon_.folder() / "desktop" / "bus");
    }
    if (name == "DiesMidway") bus_->signal_keyring(SIGKILL);
  }

  void mend_it() {
    if (!bus_) {
      bus_ = std::make_unique<SessionBus>(daemon_.folder() / "desktop", std::get<0>(GetParam()));
    } else {
      bus_->stop_keyring();
    }
    bus_->start_keyring(k_password);
  }
};

TEST_P(WithoutKeychain, TheFallbackServesAndWhatItTookIsPromoted) {
  bus_->start_keyring(k_password);
  start("desk=keychain,must=keychain:refuse,mem=keychain:session");
  for (const char* path : {"desk/before", "must/before", "mem/before"}) ASSERT_TRUE(put(path, "before"));
  wait_until_kept(fs::file_time_type::clock::now());
  break_it();
  const auto begun = std::chrono::steady_clock::now();

  const auto stored = put("desk/new", "in-the-store");
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->placed, wire::Placed::store);
  ASSERT_TRUE(stored->notice);
  EXPECT_TRUE(holds(*stored->notice, "not in the keychain")) << *stored->notice;
  EXPECT_TRUE(holds(*stored->notice, state().says)) << *stored->notice;

  const auto kept = put("mem/new", "in-memory");
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(kept->placed, wire::Placed::session);
  EXPECT_TRUE(holds(kept->notice.value_or(""), "in memory only")) << kept->notice.value_or("");

  const auto refused = put("must/new", "nowhere");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(holds(refused.error().message, "nothing was stored")) << refused.error().message;
  EXPECT_TRUE(holds(refused.error().message, state().says)) << refused.error().message;
  EXPECT_TRUE(holds(value("must/new"), "there is no such secret"));

  // What was there is refused by name, and what the fallback took is read.
  EXPECT_TRUE(holds(value("desk/before"), "the value lies in the keychain")) << value("desk/before");
  EXPECT_TRUE(holds(value("desk/before"), state().says)) << value("desk/before");
  EXPECT_EQ(value("desk/new"), "in-the-store");
  EXPECT_TRUE(holds(get("desk/new")->notice.value_or(""), "secret promote"));
  EXPECT_EQ(value("mem/new"), "in-memory");
  EXPECT_TRUE(holds(point(), "the keychain cannot be used")) << point();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(60)) << "each within its deadline";

  // A start beside a broken keychain opens, and loses nothing that was to stay.
  restart();
  EXPECT_EQ(value("desk/new"), "in-the-store");

  mend_it();
  const auto done = promote();
  EXPECT_EQ(done.waiting, 0) << done.problem.value_or("");
  EXPECT_EQ(value("desk/new"), "in-the-store");
  EXPECT_EQ(placed("desk/new"), wire::Placed::keychain);
  for (const char* path : {"desk/before", "must/before", "mem/before"}) EXPECT_EQ(value(path), "before") << path;
  EXPECT_TRUE(eventually([&] { return point() == "every value lies where the configuration places it"; })) << point();
}

TEST_P(WithoutKeychain, AFirstStartServesAndPromotesLater) {
  bus_->start_keyring(k_password);
  break_it();
  start("desk=keychain,must=keychain:refuse");
  const auto stored = put("desk/first", "value");
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->placed, wire::Placed::store);
  EXPECT_TRUE(holds(stored->notice.value_or(""), state().says)) << stored->notice.value_or("");
  EXPECT_TRUE(holds(put("must/first", "value").error().message, "nothing was stored"));
  EXPECT_EQ(value("desk/first"), "value");
  restart();
  EXPECT_EQ(value("desk/first"), "value");
  mend_it();
  EXPECT_EQ(promote().waiting, 0);
  EXPECT_EQ(placed("desk/first"), wire::Placed::keychain);
  EXPECT_EQ(value("desk/first"), "value");
}

INSTANTIATE_TEST_SUITE_P(
    Matrix, WithoutKeychain,
    testing::Combine(testing::Values(KeychainProvider::gnome_keyring, KeychainProvider::keepassxc),
                     testing::Values(State{"NoProvider", "nobody on the session bus keeps secrets"},
                                     State{"Locked", "the keychain is locked"},
                                     State{"Hangs", "did not answer in time"}, State{"NoBus", "no session bus"},
                                     State{"DiesMidway", "nobody on the session bus keeps secrets"})),
    [](const auto& each) {
      const bool gnome = std::get<0>(each.param) == KeychainProvider::gnome_keyring;
      return std::string(gnome ? "GnomeKeyring" : "KeePassXC") + std::get<1>(each.param).name;
    });

TEST_F(Placement, PromotionComesByItselfWhenTheKeychainCanBeUsedAgain) {
  start("desk=keychain");
  ASSERT_TRUE(put("desk/key", "value"));
  EXPECT_EQ(placed("desk/key"), wire::Placed::store);
  bus_->start_keyring(k_password);
  // Any use that succeeds shows that it is back.
  ASSERT_TRUE(put("desk/other", "value"));
  EXPECT_TRUE(eventually([&] { return placed("desk/key") == wire::Placed::keychain; }));
  EXPECT_EQ(value("desk/key"), "value");
}

TEST_F(Placement, WhatIsPurgedWhileTheKeychainIsLockedLeavesItLater) {
  bus_->start_keyring(k_password);
  start("desk=keychain");
  for (const char* path : {"desk/a", "desk/b"}) ASSERT_TRUE(put(path, "value"));
  bus_->stop_keyring();
  bus_->start_keyring("");
  ASSERT_EQ(cli({"secret", "purge", "desk/a", "--yes"}).exit_code, 0);
  EXPECT_TRUE(holds(promote().problem.value_or(""), "locked")) << "and what was to be erased has been tried";
  bus_->stop_keyring();
  bus_->start_keyring(k_password);
  EXPECT_EQ(items().size(), 2u);
  EXPECT_EQ(promote().waiting, 0);
  EXPECT_EQ(items().size(), 1u);
  EXPECT_EQ(value("desk/b"), "value");
}

TEST_F(Placement, ManyCallsDoNotEachWaitForASilentKeychain) {
  bus_->start_keyring(k_password);
  start("desk=keychain");
  auto client = daemon_.client();
  wire::PutManyRequest many;
  wire::GetManyRequest asked;
  for (int i = 0; i < 20; ++i) {
    many.items.push_back(put_request("desk/" + std::to_string(i), "value"));
    asked.items.push_back({.path = "desk/" + std::to_string(i)});
  }
  ASSERT_TRUE(client.call<wire::PutMany>(many));
  bus_->signal_keyring(SIGSTOP);
  const auto begun = std::chrono::steady_clock::now();
  const auto got = client.call<wire::GetMany>(asked);
  ASSERT_TRUE(got);
  for (const auto& item : got->items) EXPECT_TRUE(item.problem);
  const auto written = client.call<wire::PutMany>(many);
  ASSERT_TRUE(written);
  for (const auto& item : written->items) EXPECT_EQ(item.placed, wire::Placed::store);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30)) << "forty calls of 5 s would be 200";
  // Nor does the end of the daemon.
  (void)client.call<wire::GetMany>(asked);
  const auto ending = std::chrono::steady_clock::now();
  (void)daemon_.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - ending, std::chrono::seconds(12));
}

TEST_F(Placement, KilledAmidPromotionsAndPurgesEveryValueReads) {
  bus_->start_keyring(k_password);
  daemon_.start();
  const auto text = [](int i) { return "value " + std::to_string(i) + std::string(i % 3 == 0 ? 6000 : 10, 'x'); };
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(put("desk/" + std::to_string(i), text(i)));
  (void)daemon_.stop();
  for (int round = 0; round < 20; ++round) {
    // There and back again, each time cut off a little later.
    daemon_.add_flags({"--placement", round % 2 == 0 ? "desk=keychain" : ""});
    daemon_.start();
    std::this_thread::sleep_for(std::chrono::milliseconds(3 * round));
    daemon_.kill();
    daemon_.start();
    for (int i = 0; i < 30; ++i) ASSERT_EQ(value("desk/" + std::to_string(i)), text(i)) << round;
    daemon_.kill();
  }
  daemon_.start();
  EXPECT_EQ(promote().waiting, 0);
  EXPECT_TRUE(eventually([&] { return items().empty(); })) << items().size() << " items that nobody names any more";
}

TEST_F(Placement, ACrashBetweenTheKeychainAndTheStoreLosesNothing) {
  bus_->start_keyring(k_password);
  start("desk=keychain");
  for (int round = 0; round < 40; ++round) {
    std::int64_t sure = 0;
    {
      auto client = daemon_.client();
      std::thread killer([&] {
        std::this_thread::sleep_for(std::chrono::microseconds(1500 * (round % 20)));
        daemon_.kill();
      });
      for (;;) {
        const auto written = client.call<wire::Put>(put_request("desk/key", std::to_string(round)));
        if (!written) break;
        sure = written->version;
      }
      killer.join();
    }
    daemon_.start();
    if (sure == 0) continue;
    const auto got = get("desk/key");
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_GE(got->version, sure);
  }
}

TEST_F(Placement, AnItemThatWasTakenAwayOrExchangedIsNamed) {
  bus_->start_keyring(k_password);
  start("desk=keychain");
  ASSERT_TRUE(put("desk/a", "of-a"));
  Process clear({"secret-tool", "clear", "xdg:schema", "io.strongroom.Slot"},
                {.environment = bus_->environment(), .input = {}, .folder = {}});
  ASSERT_EQ(clear.wait().exit_code, 0);
  EXPECT_TRUE(holds(value("desk/a"), "the keychain of this desktop does not have the value")) << value("desk/a");
  ASSERT_TRUE(put("desk/a", "anew"));
  EXPECT_EQ(value("desk/a"), "anew");
}

}  // namespace
}  // namespace strongroom::tests
