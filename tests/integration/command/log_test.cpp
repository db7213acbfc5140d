// log and bugreport: what the daemon says can be read, and no secret is in it.
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/support/cli.h"
#include "tests/support/eventually.h"
#include "tests/support/raw_socket.h"

namespace strongroom::tests {
namespace {

namespace fs = std::filesystem;

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class LogCommand : public testing::Test {
 protected:
  LogCommand() { daemon_.start(); }

  Outcome cli(std::vector<std::string> words, std::string input = {}) {
    return run_cli(daemon_, std::move(words), std::move(input));
  }

  std::string path(const char* name) const { return (daemon_.folder() / name).string(); }

  TestDaemon daemon_;
};

TEST_F(LogCommand, TailAndSearchShowWhatTheDaemonSaid) {
  const auto tail = cli({"log", "tail"});
  EXPECT_EQ(tail.exit_code, 0) << tail.errors;
  EXPECT_TRUE(holds(tail.output, "daemon: ready, version ")) << tail.output;
  EXPECT_TRUE(holds(cli({"log", "search", "MADE A NEW store"}).output, "lifecycle: made a new store"));
  EXPECT_TRUE(holds(cli({"log", "search", "no such line"}).errors, "holds no such line"));
  EXPECT_FALSE(holds(cli({"log", "tail", "--level", "error"}).output, "ready"));
  EXPECT_EQ(std::ranges::count(cli({"log", "tail", "-n", "1"}).output, '\n'), 1);
  EXPECT_TRUE(holds(cli({"--json", "log", "tail"}).output, R"("mode":"standard")"));
  EXPECT_EQ(cli({"log", "tail", "--level", "loud"}).exit_code, 2);
}

TEST_F(LogCommand, FollowGoesOnWithWhatComes) {
  const std::string file = path("followed");
  Process following({"/bin/sh", "-c", R"(exec "$0" log tail --follow --no-start --socket "$1" >"$2")", STRONGROOM_PATH,
                     daemon_.socket(), file});
  ASSERT_TRUE(eventually([&] { return holds(content(file), "ready"); }))
      << content(file) << (following.kill(SIGTERM), following.wait().errors);
  ASSERT_EQ(cli({"log", "mode", "debug"}).exit_code, 0);
  EXPECT_TRUE(eventually([&] { return holds(content(file), "the mode is now debug"); })) << content(file);
  const std::string text = content(file);
  EXPECT_EQ(text.find("ready"), text.rfind("ready")) << "a line came twice:\n" << text;
}

TEST_F(LogCommand, DebugModeTellsFailedCallsUntilItIsOverAndIsInTheAuditLog) {
  EXPECT_EQ(cli({"log", "mode"}).output, "standard\n");
  EXPECT_EQ(cli({"read", "no/such"}).exit_code, 3);
  EXPECT_FALSE(holds(cli({"log", "tail"}).output, "Secret.Get"));
  EXPECT_EQ(cli({"log", "mode", "debug"}).output, "debug\n");
  EXPECT_EQ(cli({"log", "mode"}).output, "debug\n");
  EXPECT_EQ(cli({"read", "no/such"}).exit_code, 3);
  const auto lines = cli({"log", "search", "Secret.Get failed: not_found"}).output;
  EXPECT_TRUE(holds(lines, "debug    calls: io.strongroom.Secret.Get failed")) << lines;
  EXPECT_FALSE(holds(lines, "no/such")) << lines;
  EXPECT_TRUE(holds(content(daemon_.state() / "strongroomd.log"), "Secret.Get failed"));
  EXPECT_EQ(cli({"log", "mode", "standard"}).output, "standard\n");
  EXPECT_EQ(cli({"read", "no/such"}).exit_code, 3);
  EXPECT_EQ(cli({"log", "search", "Secret.Get failed"}).output, lines);
  const auto audit = cli({"audit", "list", "--action", "log.set_log_mode"});
  EXPECT_TRUE(holds(audit.output, "log.set_log_mode")) << audit.output;
}

TEST_F(LogCommand, IsReadWhileTheStoreIsLocked) {
  ASSERT_EQ(cli({"lock"}).exit_code, 0);
  EXPECT_EQ(cli({"log", "tail"}).exit_code, 0);
  EXPECT_EQ(cli({"log", "mode", "debug"}).exit_code, 0);
  const auto report = cli({"bugreport"});
  EXPECT_EQ(report.exit_code, 0);
  EXPECT_TRUE(holds(report.output, "== plugins ==\n\nnot there: ")) << report.output;
}

TEST_F(LogCommand, ExportWritesAPrivateFileAndReplacesNone) {
  const std::string file = path("log.txt");
  ASSERT_EQ(cli({"log", "export", "--output", file}).exit_code, 0);
  EXPECT_TRUE(holds(content(file), "info     daemon: ready"));
  struct stat found{};
  ASSERT_EQ(stat(file.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  const auto again = cli({"log", "export", "--output", file});
  EXPECT_NE(again.exit_code, 0);
  EXPECT_TRUE(holds(again.errors, "--force")) << again.errors;
  EXPECT_EQ(cli({"log", "export", "--output", file, "--force"}).exit_code, 0);
  EXPECT_EQ(cli({"log", "export", "--output", "-"}).output, content(file));
}

TEST_F(LogCommand, ABugReportHasAllItsParts) {
  const std::string file = path("report.txt");
  const auto made = cli({"bugreport", "--output", file});
  EXPECT_EQ(made.exit_code, 0) << made.errors;
  EXPECT_TRUE(holds(made.errors, "Read it before you send it")) << made.errors;
  EXPECT_NE(cli({"bugreport", "--output", file}).exit_code, 0);
  const std::string report = content(file);
  for (const char* part : {"Read it before you send it", "== versions ==", "== system ==", "== status ==", "unlocked",
                           "== health ==", "masking", "== plugins ==", "io.strongroom.exporter.csv", "== settings ==",
                           "vault.kdf_passes = 3", "daemon.state = ~/state", "== log ==", "daemon: ready"})
    EXPECT_TRUE(holds(report, part)) << part << " in\n" << report;
  EXPECT_FALSE(holds(report, daemon_.folder().string())) << report;
}

// The way in which a secret reaches the log by mistake: a configuration that somebody has mistyped is quoted there.
TEST_F(LogCommand, WhatDoesReachTheLogIsMaskedEverywhere) {
  const std::string key = "sk-ant-api03-CANARYCANARYCANARYCANARY0123";
  const fs::path file = daemon_.folder() / "config.toml";
  std::ofstream(file) << "";
  daemon_.stop();
  daemon_.add_flags({"--config", file.string()});
  daemon_.start();
  ASSERT_EQ(cli({"log", "mode", "debug"}).exit_code, 0);
  std::ofstream(file) << "[daemon]\n" << key << " = true\n";
  kill(daemon_.pid(), SIGHUP);
  ASSERT_TRUE(eventually([&] { return holds(cli({"log", "search", "is not taken"}).output, "sk-ant-***0123"); }))
      << cli({"log", "tail"}).output;
  const std::string places[] = {cli({"log", "export", "--output", "-"}).output, cli({"bugreport"}).output,
                                content(daemon_.state() / "strongroomd.log"), daemon_.stop().errors};
  for (const auto& place : places) {
    EXPECT_TRUE(holds(place, "sk-ant-***0123")) << place;
    EXPECT_FALSE(holds(place, "CANARY")) << place;
  }
}

// A key, a password and a value of no known form, in every way in which a client can make the daemon fail.
TEST_F(LogCommand, NoSecretIsInAnyFileMemoryOrReport) {
  const std::string key = "sk-ant-api03-CANARYCANARYCANARYCANARY0123";
  const std::string plain = "canary words without a form";
  ASSERT_EQ(cli({"log", "mode", "debug"}).exit_code, 0);
  for (const auto& value : {key, plain}) {
    EXPECT_EQ(cli({"secret", "set", "canary/name"}, value).exit_code, 0);
    EXPECT_EQ(cli({"secret", "set", "canary//" + value}, value).exit_code, 2);
    EXPECT_NE(cli({"read", value}).exit_code, 0);
    EXPECT_NE(cli({"read", "strongroom://canary/name#" + value}).exit_code, 0);
    EXPECT_NE(cli({"unlock", "--recovery"}, value).exit_code, 0);
    EXPECT_NE(cli({"plugin", "info", value}).exit_code, 0);
    EXPECT_NE(cli({"slot", "remove", value}).exit_code, 0);
    RawSocket socket(daemon_.socket());
    for (const std::string call :
         {R"({"method":"CANARY","parameters":{"CANARY":"CANARY"}})", R"({"method":"io.strongroom.Secret.CANARY"})",
          R"({"method":"io.strongroom.Secret.Get","parameters":{"path":"canary/name","CANARY":1}})",
          R"({"method":"io.strongroom.Secret.Get","parameters":{"path":"canary/name","only":["CANARY"]}})",
          R"({"method":"io.strongroom.Secret.Put","parameters":{"path":"canary/name","fields":{"CANARY ":"CANARY"}}})",
          R"({"method":"io.strongroom.Secret.Put","parameters":{"path":"a","fields":{"a":"CANARY"},"expires_ms":1}})",
          R"({"method":"io.strongroom.Log.GetLog","parameters":{"text":"CANARY","level":"CANARY"}})", R"({"CANARY)"}) {
      std::string filled = call;
      for (auto at = filled.find("CANARY"); at != std::string::npos; at = filled.find("CANARY", at + value.size()))
        filled.replace(at, 6, value);
      ASSERT_TRUE(socket.send_message(filled));
      (void)socket.receive();
    }
  }
  EXPECT_TRUE(holds(cli({"log", "tail", "-n", "500"}).output, "failed: "));
  const std::string places[] = {cli({"log", "export", "--output", "-"}).output, cli({"--json", "log", "tail"}).output,
                                cli({"bugreport"}).output, content(daemon_.state() / "strongroomd.log"),
                                daemon_.stop().errors};
  for (const auto& place : places) {
    EXPECT_TRUE(holds(place, "ready") || holds(place, "failed")) << place;
    for (const char* part : {"CANARY", "canary", "without a form"}) EXPECT_FALSE(holds(place, part)) << part << place;
  }
}

}  // namespace
}  // namespace strongroom::tests
