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
  EXPECT_NE(outcome.output.find("Stored 11 of 11"), std::string::npos) << outcome.output;
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
  EXPECT_EQ(outcome.output, "app/A\napp/B\n");
  EXPECT_EQ(run_cli(daemon_, {"secret", "list"}).output, "");
  EXPECT_EQ(run_cli(daemon_, {"import", env}).exit_code, 0);
  EXPECT_EQ(read("app/B"), "2");
}

}  // namespace
}  // namespace strongroom::tests
