// plugin: strangers' exporters, from install to remove, as an administrator does it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <strongroom/protocol/methods/audit.h>

#include "tests/support/cli.h"
#include "tests/support/eventually.h"
#include "tests/support/secrets.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_hello = "com.example.exporter.hello";

class PluginCommands : public testing::Test {
 protected:
  PluginCommands() { daemon_.start(); }

  Outcome cli(std::vector<std::string> words) { return run_cli(daemon_, std::move(words)); }

  // The library of the installed example.
  fs::path library() const {
    for (const auto& entry : fs::directory_iterator(daemon_.data() / "plugins" / k_hello)) return entry.path();
    return {};
  }

  TestDaemon daemon_;
};

TEST_F(PluginCommands, AStrangersExporterIsInstalledUsedConfiguredAndRemoved) {
  const auto installed = cli({"plugin", "install", HELLO_EXPORTER});
  ASSERT_EQ(installed.exit_code, 0) << installed.errors;
  EXPECT_TRUE(holds(installed.output, k_hello)) << installed.output;
  const auto list = cli({"plugin", "list"});
  EXPECT_TRUE(holds(list.output, k_hello)) << list.output;
  EXPECT_TRUE(holds(list.output, "io.strongroom.exporter.csv")) << list.output;
  EXPECT_TRUE(holds(cli({"export", "formats"}).output, "markdown"));
  const auto exported = cli({"export", "status", "-f", "markdown", "-o", "-"});
  EXPECT_TRUE(exported.output.starts_with("# Strongroom: Status\n\nHello.\n")) << exported.output << exported.errors;
  EXPECT_TRUE(holds(cli({"plugin", "info", k_hello}).output, " ms of processor, "));
  ASSERT_EQ(cli({"plugin", "config", k_hello, "greeting=Good day."}).exit_code, 0);
  EXPECT_TRUE(holds(cli({"export", "status", "-f", "markdown", "-o", "-"}).output, "Good day."));
  const auto own = cli({"export", "status", "-f", "markdown", "-o", "-", "--set", "greeting=Once."});
  EXPECT_TRUE(holds(own.output, "Once.")) << own.errors;
  ASSERT_EQ(cli({"plugin", "config", k_hello, "--unset", "greeting"}).exit_code, 0);
  EXPECT_TRUE(holds(cli({"export", "status", "-f", "markdown", "-o", "-"}).output, "Hello."));
  ASSERT_EQ(cli({"plugin", "disable", k_hello}).exit_code, 0);
  EXPECT_NE(cli({"export", "status", "-f", "markdown", "-o", "-"}).exit_code, 0);
  ASSERT_EQ(cli({"plugin", "enable", k_hello}).exit_code, 0);
  (void)daemon_.stop();
  daemon_.start();
  EXPECT_EQ(cli({"export", "status", "-f", "markdown", "-o", "-"}).exit_code, 0);
  ASSERT_EQ(cli({"plugin", "remove", k_hello}).exit_code, 0);
  EXPECT_FALSE(holds(cli({"plugin", "list"}).output, k_hello));
  EXPECT_FALSE(fs::exists(daemon_.data() / "plugins" / k_hello));
}

TEST_F(PluginCommands, CheckSaysWhichPromisesAPluginKeeps) {
  const auto kept = cli({"plugin", "check", HELLO_EXPORTER});
  EXPECT_EQ(kept.exit_code, 0) << kept.output << kept.errors;
  EXPECT_TRUE(holds(kept.output, "passed   exporter.writes_every_type\n")) << kept.output;
  EXPECT_TRUE(holds(kept.output, std::string(k_hello) + " keeps the ")) << kept.output;
  const auto one = cli({"--json", "plugin", "check", HELLO_EXPORTER, "--only", "exporter.writes_every_type"});
  EXPECT_EQ(one.exit_code, 0);
  EXPECT_TRUE(holds(one.output, "\"passed\":true")) << one.output;
  EXPECT_EQ(cli({"plugin", "check", HELLO_EXPORTER, "--only", "exporter.nonsense"}).exit_code, 2);
}

TEST_F(PluginCommands, CheckRefusesALibraryThatIsNotTheOneOfItsManifest) {
  const fs::path copy = daemon_.data() / "copy.so";
  fs::copy_file(HELLO_EXPORTER, copy);
  fs::copy_file(fs::path(HELLO_EXPORTER).replace_extension(".json"), fs::path(copy).replace_extension(".json"));
  EXPECT_EQ(cli({"plugin", "check", copy}).exit_code, 0);
  std::ofstream(copy, std::ios::app | std::ios::binary) << 'x';
  const auto refused = cli({"plugin", "check", copy});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_TRUE(holds(refused.errors, "SHA-256")) << refused.errors;
  fs::remove(fs::path(copy).replace_extension(".json"));
  EXPECT_TRUE(holds(cli({"plugin", "check", copy}).errors, "manifest")) << refused.errors;
}

TEST_F(PluginCommands, AChangedLibraryIsRefusedWithBothDigests) {
  ASSERT_EQ(cli({"plugin", "install", HELLO_EXPORTER}).exit_code, 0);
  const std::string approved = library().stem().string();
  std::ofstream(library(), std::ios::app | std::ios::binary) << 'x';
  const auto refused = cli({"export", "status", "-f", "markdown", "-o", "-"});
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_TRUE(holds(refused.errors, approved)) << refused.errors;
  const auto list = cli({"plugin", "list"});
  EXPECT_TRUE(holds(list.output, "failing")) << list.output;
  const auto status = cli({"status"});
  EXPECT_TRUE(holds(status.output, std::string("the plugin ") + k_hello + " has failed (")) << status.output;
  EXPECT_TRUE(holds(status.output, " UTC on, or at once after 'strongroom plugin enable'")) << status.output;
  // Installing it again mends it.
  ASSERT_EQ(cli({"plugin", "install", HELLO_EXPORTER}).exit_code, 0);
  EXPECT_EQ(cli({"export", "status", "-f", "markdown", "-o", "-"}).exit_code, 0);
  EXPECT_FALSE(holds(cli({"status"}).output, k_hello));
}

TEST_F(PluginCommands, AChangedRegisterCountsForNothing) {
  ASSERT_EQ(cli({"plugin", "install", HELLO_EXPORTER}).exit_code, 0);
  (void)daemon_.stop();
  const fs::path file = daemon_.data() / "plugins" / "register";
  std::string text{std::istreambuf_iterator<char>(std::ifstream(file).rdbuf()), {}};
  text.replace(text.find("true"), 4, "true ");
  std::ofstream(file, std::ios::trunc) << text;
  daemon_.start();
  const auto list = cli({"plugin", "list"});
  EXPECT_FALSE(holds(list.output, k_hello)) << list.output;
  EXPECT_TRUE(holds(list.output, "io.strongroom.exporter.csv")) << list.output;
}

TEST_F(PluginCommands, WhatIsWrongIsNamed) {
  const fs::path other = daemon_.folder() / "other.so";
  fs::copy_file(HELLO_EXPORTER, other);
  std::ofstream(daemon_.folder() / "bad.json") << "{{";
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{"plugin", "install", "/no/such.so"}, "cannot be read"},
      {{"plugin", "install", other.string()}, "other.json"},
      {{"plugin", "install", other.string(), "--manifest", (daemon_.folder() / "bad.json").string()}, "no JSON"},
      {{"plugin", "info", "com.example.none"}, "no such plugin"},
      {{"plugin", "remove", "io.strongroom.exporter.csv"}, "built in"},
      {{"plugin", "disable", "io.strongroom.storage.sqlite"}, "vault.storage"},
      {{"plugin", "config", "io.strongroom.exporter.csv", "header=both"}, "names or titles or none"},
      {{"plugin", "config", "io.strongroom.exporter.csv", "header"}, "NAME=VALUE"},
  };
  for (const auto& [words, said] : cases) {
    const auto outcome = cli(words);
    EXPECT_NE(outcome.exit_code, 0) << said;
    EXPECT_TRUE(holds(outcome.errors, said)) << outcome.errors;
  }
}

TEST_F(PluginCommands, TheAuditLogSaysWhichLibraryWasApproved) {
  ASSERT_EQ(cli({"plugin", "install", HELLO_EXPORTER}).exit_code, 0);
  protocol::audit::ListRequest request;
  request.action = "plugin.installed";
  const auto events = daemon_.client().call<protocol::audit::List>(request).value().events;
  ASSERT_EQ(events.size(), 1U);
  EXPECT_TRUE(holds(*events[0].detail, library().stem().string())) << *events[0].detail;
}

// The process that keeps the rows is no danger to the daemon: what was acknowledged is there when it is back.
TEST(ConfinedStorageDaemon, GoesOnWhenTheStoragesProcessIsKilled) {
  TestDaemon daemon({"--storage-isolation", "runner"});
  daemon.start();
  auto client = daemon.client();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(put(client, "a/" + std::to_string(i), "value"));
  const auto list = run_cli(daemon, {"plugin", "list", "--json"});
  EXPECT_TRUE(holds(list.output, R"("id":"io.strongroom.storage.sqlite")")) << list.output;
  EXPECT_TRUE(holds(run_cli(daemon, {"plugin", "info", "io.strongroom.storage.sqlite"}).output, "isolation: runner"));
  for (int round = 0; round < 2; ++round) {
    Process kill({"pkill", "-KILL", "-P", std::to_string(daemon.pid())}, {});
    ASSERT_EQ(kill.wait().exit_code, 0);
    const auto refused = get(client, "a/1");
    EXPECT_TRUE(refused || refused.error().code == ErrorCode::plugin_unavailable) << refused.error().message;
    ASSERT_TRUE(eventually([&] { return get(client, "a/1").has_value(); }));
    EXPECT_TRUE(put(client, "b/" + std::to_string(round), "value"));
  }
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(get(client, "a/" + std::to_string(i)));
  EXPECT_EQ(daemon.stop().exit_code, 0);
}

}  // namespace
}  // namespace strongroom::tests
