// A .env file becomes secrets, whatever its quotes.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/cli.h"

namespace strongroom::tests {
namespace {

class Import : public testing::Test {
 protected:
  void SetUp() override { daemon_.start(); }

  std::string file(const std::string& name, const std::string& content) {
    const auto path = daemon_.folder() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }

  std::string read(const std::string& path) { return run_cli(daemon_, {"read", "-n", path}).output; }

  TestDaemon daemon_;
};

TEST_F(Import, TakesEveryQuote) {
  const std::string env = file("prod.env",
                               "# a comment\n"
                               "PLAIN=value\n"
                               "SPACES =  around  \n"
                               "COMMENT=value # and more\n"
                               "HASH=value#part\n"
                               "export EXPORTED=yes\n"
                               "SINGLE='as $it \\n is # here'\n"
                               "DOUBLE=\"a\\nb\\t\\\"c\\\" \\\\ \\$d \\x\"\n"
                               "LINES=\"first\nsecond\"\n"
                               "KEY='-----BEGIN KEY-----\nabc\n-----END KEY-----\n'\n"
                               "EMPTY=\n"
                               "WINDOWS=line\r\n"
                               "LAST=end");
  const auto outcome = run_cli(daemon_, {"import", env});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_NE(outcome.output.find("Stored 11 of 12 (11 new, 0 changed), 0 unchanged, 1 left out, 0 failed."),
            std::string::npos)
      << outcome.output;
  // What was left out is in the file alone.
  EXPECT_EQ(outcome.errors.find("still holds the values"), std::string::npos) << outcome.errors;
  EXPECT_EQ(read("prod/PLAIN"), "value");
  EXPECT_EQ(read("prod/SPACES"), "around");
  EXPECT_EQ(read("prod/COMMENT"), "value");
  EXPECT_EQ(read("prod/HASH"), "value#part");
  EXPECT_EQ(read("prod/EXPORTED"), "yes");
  EXPECT_EQ(read("prod/SINGLE"), "as $it \\n is # here");
  EXPECT_EQ(read("prod/DOUBLE"), "a\nb\t\"c\" \\ $d \\x");
  EXPECT_EQ(read("prod/LINES"), "first\nsecond");
  EXPECT_EQ(read("prod/KEY"), "-----BEGIN KEY-----\nabc\n-----END KEY-----\n");
  EXPECT_EQ(read("prod/WINDOWS"), "line");
  EXPECT_EQ(read("prod/LAST"), "end");
}

TEST_F(Import, NamesTheLineAndStoresNothingWhenTheFileIsWrong) {
  const auto outcome = run_cli(daemon_, {"import", file("bad.env", "A=1\nB=\"never closed\nC=3\n"), "--to", "x"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.errors.find("line"), std::string::npos) << outcome.errors;
  EXPECT_EQ(outcome.errors.find("never closed"), std::string::npos) << outcome.errors;
  EXPECT_EQ(run_cli(daemon_, {"read", "x/A"}).exit_code, 3);
}

TEST_F(Import, ADryRunStoresNothing) {
  const std::string env = file("app/.env", "A=1\nB=2\n");
  const auto outcome = run_cli(daemon_, {"import", env, "--dry-run"});
  EXPECT_NE(outcome.output.find("app/A  new"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("Dry run, nothing was stored: 2 would be stored"), std::string::npos) << outcome.output;
  EXPECT_EQ(run_cli(daemon_, {"secret", "list"}).output, "");
  EXPECT_EQ(run_cli(daemon_, {"import", env}).exit_code, 0);
  EXPECT_EQ(read("app/B"), "2");
}

TEST_F(Import, WritesOnlyWhatDiffersAndSaysWhatBecameOfEach) {
  const std::string env = file("p.env", "A=1\nB=2\nC\nD=\n");
  ASSERT_EQ(run_cli(daemon_, {"import", env}).exit_code, 0);
  file("p.env", "A=1\nB=3\nE=5\n");
  const auto again = run_cli(daemon_, {"import", env, "--json"});
  EXPECT_EQ(again.output,
            R"([{"path":"p/A","result":"unchanged"},{"path":"p/B","result":"changed"},{"path":"p/E","result":"new"}])"
            "\n");
  EXPECT_NE(run_cli(daemon_, {"secret", "history", "p/A", "--json"}).output.find(R"("version":1)"), std::string::npos);
  EXPECT_EQ(run_cli(daemon_, {"secret", "history", "p/A", "--json"}).output.find(R"("version":2)"), std::string::npos);
  EXPECT_EQ(read("p/B"), "3");
}

TEST_F(Import, TakesJsonWithFolders) {
  const std::string json =
      file("app.json", R"({"db":{"user":"u","port":5432,"tls":true},"key":"k\u00e4\n","none":null})");
  const auto outcome = run_cli(daemon_, {"import", json});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(read("app/db/user"), "u");
  EXPECT_EQ(read("app/db/port"), "5432");
  EXPECT_EQ(read("app/db/tls"), "true");
  EXPECT_EQ(read("app/key"), "k\u00e4\n");
  EXPECT_EQ(run_cli(daemon_, {"import", file("l.json", R"({"a":["hush"]})")}).exit_code, 2);
  EXPECT_EQ(run_cli(daemon_, {"import", file("f.json", R"({"a":1.5})")}).exit_code, 2);
  const auto broken = run_cli(daemon_, {"import", file("b.json", R"({"a":"hush)")});
  EXPECT_NE(broken.exit_code, 0);
  EXPECT_EQ(broken.errors.find("hush"), std::string::npos) << broken.errors;
}

TEST_F(Import, TakesWhatDockerRunTakes) {
  ASSERT_EQ(run_cli(daemon_, {"import", file("d.env", "A='x' # y\nB= z\n"), "--format", "docker"}).exit_code, 0);
  EXPECT_EQ(read("d/A"), "'x' # y");
  EXPECT_EQ(read("d/B"), " z");
}

// What goes out in a format comes back from it as it was.
TEST_F(Import, ComesBackFromExportEnv) {
  const std::string value = "a 'b' \"c\" \\ $d `e`\nline # x\r\n\ttab";
  ASSERT_EQ(run_cli(daemon_, {"secret", "set", "from/VALUE", "--raw"}, value).exit_code, 0);
  for (const std::string format : {"dotenv", "json"}) {
    const std::string out = (daemon_.folder() / ("x." + format)).string();
    const auto exported = run_cli(daemon_, {"export-env", "from", "--format", format, "--out", out});
    ASSERT_EQ(exported.exit_code, 0) << exported.errors;
    const auto imported =
        run_cli(daemon_, {"import", out, "--to", "back-" + format, "--format", format == "json" ? "json" : "dotenv"});
    ASSERT_EQ(imported.exit_code, 0) << imported.errors;
    EXPECT_EQ(read("back-" + format + "/VALUE"), value) << format;
  }
  const auto shell = run_cli(daemon_, {"export-env", "from"});
  Process sh({"/bin/sh", "-c", "eval \"$1\"; printf %s \"$VALUE\"", "sh", shell.output});
  EXPECT_EQ(sh.wait().output, value);
}

TEST_F(Import, ADryRunSaysWhatTheStoreWouldRefuse) {
  const auto dry = run_cli(daemon_, {"import", file("d.env", "..=1\nB=2\n"), "--to", "strongroom://d/", "--dry-run"});
  EXPECT_EQ(dry.exit_code, 1);
  EXPECT_NE(dry.output.find("d/..  failed"), std::string::npos) << dry.output;
  EXPECT_NE(dry.output.find("d/B   new"), std::string::npos) << dry.output;
}

TEST_F(Import, NamesOfNothingAreNotRepeated) {
  const auto outcome = run_cli(daemon_, {"import", "-", "--to", "x"}, "A=1\nGEZDGNBVGY3TQOJQHUSH\n");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(outcome.output.find("HUSH"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("line 2"), std::string::npos) << outcome.output;
}

TEST_F(Import, ExportEnvTellsFoldersFromSecretsAndKeepsAwayFromTheShell) {
  ASSERT_EQ(run_cli(daemon_, {"secret", "set", "x"}, "1").exit_code, 0);
  ASSERT_EQ(run_cli(daemon_, {"secret", "set", "x/y"}, "2").exit_code, 0);
  ASSERT_EQ(run_cli(daemon_, {"secret", "set", "x/z/deep"}, "3").exit_code, 0);
  ASSERT_EQ(run_cli(daemon_, {"secret", "set", "p/path"}, "4").exit_code, 0);
  EXPECT_EQ(run_cli(daemon_, {"export-env", "x"}).output, "export X='1'\n");
  const auto folder = run_cli(daemon_, {"export-env", "x/"});
  EXPECT_EQ(folder.output, "export Y='2'\n");
  EXPECT_NE(folder.errors.find("left out"), std::string::npos) << folder.errors;
  EXPECT_EQ(run_cli(daemon_, {"export-env", "p"}).exit_code, 7);
  EXPECT_EQ(run_cli(daemon_, {"export-env", "p", "--prefix", "APP_"}).output, "export APP_PATH='4'\n");
}

TEST_F(Import, ExportEnvRefusesWhatAFormatCannotHold) {
  ASSERT_EQ(run_cli(daemon_, {"secret", "set", "f/lines", "--raw"}, "a\nb").exit_code, 0);
  ASSERT_EQ(run_cli(daemon_, {"secret", "set", "g/zero", "--raw"}, std::string("a\0b", 3)).exit_code, 0);
  ASSERT_EQ(run_cli(daemon_, {"secret", "set", "h/a-b"}, "1").exit_code, 0);
  ASSERT_EQ(run_cli(daemon_, {"secret", "set", "h/a_b"}, "2").exit_code, 0);
  EXPECT_EQ(run_cli(daemon_, {"export-env", "f", "--format", "docker"}).exit_code, 2);
  EXPECT_EQ(run_cli(daemon_, {"export-env", "g"}).exit_code, 2);
  EXPECT_EQ(run_cli(daemon_, {"export-env", "h"}).exit_code, 7) << "two values of one name";
  EXPECT_EQ(run_cli(daemon_, {"export-env", "nothing"}).exit_code, 3);
  const std::string out = (daemon_.folder() / "out").string();
  ASSERT_EQ(run_cli(daemon_, {"export-env", "f", "--out", out}).exit_code, 0);
  EXPECT_EQ(std::filesystem::status(out).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(run_cli(daemon_, {"export-env", "f", "--out", out}).exit_code, 7) << "it exists";
  EXPECT_EQ(run_cli(daemon_, {"export-env", "f", "--out", out, "--force"}).exit_code, 0);
}

}  // namespace
}  // namespace strongroom::tests
