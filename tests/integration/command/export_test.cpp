// export: rows of the daemon in a file, by a real exporter in its confined process.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <strongroom/protocol/methods/audit.h>

#include "tests/security/canary.h"
#include "tests/support/cli.h"
#include "tests/support/eventually.h"
#include "tests/support/secrets.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

namespace fs = std::filesystem;

// Processes of the plugin runner that this daemon has.
std::size_t runners_of(pid_t daemon) {
  Process list({"pgrep", "-P", std::to_string(daemon)}, {});
  const std::string output = list.wait().output;
  return static_cast<std::size_t>(std::ranges::count(output, '\n'));
}

class Export : public testing::Test {
 protected:
  Export() {
    daemon_.start();
    auto client = daemon_.client();
    for (const char* path : {"prod/db", "prod/api", "dev/db"}) EXPECT_TRUE(put(client, path, canary_));
    EXPECT_TRUE(get(client, "prod/db"));
  }

  Outcome cli(std::vector<std::string> words) { return run_cli(daemon_, std::move(words)); }

  std::string path(const std::string& name) const { return (daemon_.folder() / name).string(); }

  std::vector<protocol::audit::Event> events(const std::string& action) {
    protocol::audit::ListRequest request;
    request.action = action;
    return daemon_.client().call<protocol::audit::List>(request).value().events;
  }

  TestDaemon daemon_;
  const std::string canary_ = random_text(40);
};

TEST_F(Export, EachFormatIsAFileWhoseDigestTheAuditLogHas) {
  for (const std::string format : {"csv", "json", "jsonl", "xlsx", "html"})
    for (const std::string what : {"audit", "secrets", "plugins", "status"}) {
      SCOPED_TRACE(what + " as " + format);
      const std::string file = path(what + "." + format);
      const auto outcome = cli({"export", what, "--output", file});
      ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
      EXPECT_GT(fs::file_size(file), 50U);
      EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
      Process sum({"sha256sum", file}, {});
      const std::string digest = sum.wait().output.substr(0, 64);
      EXPECT_TRUE(holds(outcome.output, digest)) << outcome.output;
      const auto finished = events("export.finished");
      ASSERT_FALSE(finished.empty());
      EXPECT_TRUE(holds(*finished.front().detail, digest)) << *finished.front().detail;
      EXPECT_TRUE(holds(*finished.front().detail, what + " as " + format)) << *finished.front().detail;
      EXPECT_FALSE(holds(content(file), canary_));
    }
  EXPECT_EQ(runners_of(daemon_.pid()), 0U);
  EXPECT_FALSE(fs::exists(daemon_.state() / "scratch") && !fs::is_empty(daemon_.state() / "scratch"));
}

TEST_F(Export, StandardOutputGetsTheRowsAndNothingElse) {
  const auto outcome = cli({"export", "secrets", "--output", "-", "--columns", "path,versions,deleted"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_TRUE(outcome.output.starts_with("path,versions,deleted\r\n")) << outcome.output;
  for (const char* line : {"prod/db,1,false\r\n", "prod/api,1,false\r\n", "dev/db,1,false\r\n"})
    EXPECT_TRUE(holds(outcome.output, line)) << outcome.output;
  const auto below = cli({"export", "secrets", "--output", "-", "--below", "prod", "--columns", "path"});
  EXPECT_TRUE(holds(below.output, "prod/api")) << below.output;
  EXPECT_FALSE(holds(below.output, "dev/db")) << below.output;
}

TEST_F(Export, OnlyTheEventsThatWereAskedFor) {
  const auto gets = cli({"export", "audit", "-o", "-", "-f", "jsonl", "--action", "secret.get"});
  ASSERT_EQ(gets.exit_code, 0) << gets.errors;
  EXPECT_EQ(std::ranges::count(gets.output, '\n'), 1) << gets.output;
  EXPECT_TRUE(holds(gets.output, R"("paths":"prod/db")")) << gets.output;
  const auto none = cli({"export", "audit", "-o", "-", "-f", "jsonl", "--until", "2020-01-01"});
  EXPECT_EQ(none.output, "");
  EXPECT_EQ(none.exit_code, 0);
}

TEST_F(Export, AnEventAboutManyNamesFitsEveryFormat) {
  auto client = daemon_.client();
  protocol::secret::GetManyRequest many;
  for (int i = 0; i < 1000; ++i)
    many.items.push_back({.path = "many/" + std::string(80, 'p') + std::to_string(i), .version = {}, .only = {}});
  ASSERT_TRUE(client.call<protocol::secret::GetMany>(many));
  for (const char* format : {"csv", "json", "jsonl", "xlsx", "html"}) {
    const auto outcome = cli({"export", "audit", "-o", path(std::string("many.") + format)});
    EXPECT_EQ(outcome.exit_code, 0) << format << ": " << outcome.errors;
  }
  const std::string rows = content(path("many.csv"));
  EXPECT_TRUE(holds(rows, "many/" + std::string(80, 'p') + "0\n"));
  EXPECT_TRUE(holds(rows, "\n... and "));
}

TEST_F(Export, AFileThatExistsIsKeptWithoutForce) {
  std::ofstream(path("kept.csv")) << "mine";
  const auto refused = cli({"export", "status", "-o", path("kept.csv")});
  EXPECT_EQ(refused.exit_code, 7) << refused.errors;
  EXPECT_TRUE(holds(refused.errors, "--force")) << refused.errors;
  EXPECT_EQ(content(path("kept.csv")), "mine");
  EXPECT_EQ(cli({"export", "status", "-o", path("kept.csv"), "--force"}).exit_code, 0);
  EXPECT_TRUE(holds(content(path("kept.csv")), "unlocked"));
}

TEST_F(Export, WhatIsWrongIsNamedAndLeavesNoFile) {
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{"export", "audit", "-o", path("x.pdf")}, "csv, json, jsonl, xlsx, html"},
      {{"export", "audit", "-o", path("x.csv"), "--columns", "tiem"}, "'tiem' is no column of this; there are: seq"},
      {{"export", "audit", "-o", path("x.csv"), "--columns", "time,time"}, "named twice"},
      {{"export", "audit", "-o", path("x.csv"), "--set", "heder=none"}, "no setting 'heder'"},
      {{"export", "audit", "-o", path("x.csv"), "--set", "header=both"}, "names or titles or none"},
      {{"export", "audit", "-o", path("x.csv"), "--set", "header"}, "NAME=VALUE"},
      {{"export", "audit", "-o", path("x.csv"), "--since", "yesterday"}, "a time is like"},
      {{"export", "audit", "-o", path("no/such/x.csv")}, "No such file"},
  };
  for (const auto& [words, said] : cases) {
    const auto outcome = cli(words);
    EXPECT_NE(outcome.exit_code, 0) << words.back();
    EXPECT_TRUE(holds(outcome.errors, said)) << outcome.errors;
    EXPECT_FALSE(fs::exists(words[3])) << words[3];
  }
}

TEST_F(Export, AFullDiskAndALockedStoreEndItWithTheirErrors) {
  Process full(
      {"/bin/sh", "-c", "'" STRONGROOM_PATH "' export audit -o - --no-start --socket \"$S\" > /dev/full"},
      {.environment = {"S=" + daemon_.socket(), "HOME=/nowhere", "PATH=/usr/bin:/bin"}, .input = {}, .folder = {}});
  const auto outcome = full.wait();
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_TRUE(holds(outcome.errors, "no space is left")) << outcome.errors;
  ASSERT_EQ(cli({"lock"}).exit_code, 0);
  EXPECT_EQ(cli({"export", "secrets", "-o", path("locked.csv")}).exit_code, 5);
  EXPECT_FALSE(fs::exists(path("locked.csv")));
}

// A pipe that nobody reads holds the export up for as long as it lasts.
TEST_F(Export, WhoGoesAwayEndsItAndItsProcess) {
  auto client = daemon_.client();
  for (int i = 0; i < 300; ++i) (void)get(client, "prod/" + std::string(400, 'x') + std::to_string(i));
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  const int reader = open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  Process running({"/bin/sh", "-c", "exec '" STRONGROOM_PATH "' export audit -o - --no-start --socket \"$S\" > \"$P\""},
                  {.environment = {"S=" + daemon_.socket(), "P=" + path("pipe"), "HOME=/nowhere", "PATH=/usr/bin:/bin"},
                   .input = {},
                   .folder = {}});
  ASSERT_TRUE(eventually([&] { return runners_of(daemon_.pid()) == 1; }));
  ASSERT_TRUE(get(client, "dev/db")) << "others are served meanwhile";
  running.kill(SIGINT);
  (void)running.wait();
  EXPECT_TRUE(eventually([&] { return runners_of(daemon_.pid()) == 0; }));
  EXPECT_TRUE(eventually([&] { return !events("export.failed").empty(); }));
  close(reader);
}

TEST_F(Export, AnInterruptedFileIsNotThere) {
  for (int i = 0; i < 8; ++i) {
    const std::string file = path("cut" + std::to_string(i) + ".xlsx");
    Process running({STRONGROOM_PATH, "export", "audit", "-o", file, "--no-start", "--socket", daemon_.socket()},
                    {.environment = {"HOME=/nowhere"}, .input = {}, .folder = {}});
    std::this_thread::sleep_for(std::chrono::milliseconds(3 * i));
    running.kill(SIGKILL);
    const bool completed = running.wait().exit_code == 0;
    // Whatever it was: there is the whole file, or none, and nothing beside it.
    if (fs::exists(file)) {
      EXPECT_TRUE(content(file).starts_with("PK")) << i;
    }
    EXPECT_TRUE(!completed || fs::exists(file));
  }
  for (const auto& entry : fs::directory_iterator(daemon_.folder())) {
    const std::string name = entry.path().filename().string();
    EXPECT_FALSE(name.starts_with("cut") && !name.ends_with(".xlsx")) << name;
  }
}

}  // namespace
}  // namespace strongroom::tests
