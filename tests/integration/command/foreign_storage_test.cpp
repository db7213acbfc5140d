// A storage plugin of a stranger, approved by the configuration: the daemon keeps its store in it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/cli.h"
#include "tests/support/secrets.h"

namespace strongroom::tests {
namespace {

namespace fs = std::filesystem;

std::string sha256_of(const fs::path& file) {
  Process sum({"sha256sum", file.string()}, {});
  return sum.wait().output.substr(0, 64);
}

class ForeignStorage : public testing::Test {
 protected:
  // A copy in a folder that nobody else can write to, as it is wanted of every plugin.
  fs::path library(const fs::path& of) {
    const fs::path copy = daemon_.folder() / "plugin.so";
    fs::copy_file(of, copy);
    fs::permissions(copy, fs::perms::owner_read | fs::perms::owner_write);
    return copy;
  }

  void configure(const fs::path& file, const std::string& sha256) {
    daemon_.add_flags({"--storage", "library", "--storage-library", file.string(), "--storage-sha256", sha256});
  }

  TestDaemon daemon_;
};

// Nothing of it is the daemon's but the table of functions: here ours, as if somebody else had brought it.
TEST_F(ForeignStorage, KeepsTheStoreInAFolderOfItsOwn) {
  const fs::path file = library(STORAGE_SQLITE);
  configure(file, sha256_of(file));
  daemon_.start();
  auto client = daemon_.client();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(put(client, "a/" + std::to_string(i), "value " + std::to_string(i)));
  EXPECT_FALSE(fs::is_empty(daemon_.data() / "storage"));
  Process runners({"pgrep", "-P", std::to_string(daemon_.pid()), "-f", "strongroom-plugin-runner"}, {});
  EXPECT_FALSE(runners.wait().output.empty());
  const auto list = run_cli(daemon_, {"plugin", "list"});
  EXPECT_NE(list.output.find("storage.library"), std::string::npos) << list.output;
  (void)daemon_.stop();
  daemon_.start();
  auto again = daemon_.client();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(*get(again, "a/" + std::to_string(i)), "value " + std::to_string(i));
}

TEST_F(ForeignStorage, AnExampleThatSomebodyHasWrittenWorks) {
  const fs::path file = library(HELLO_STORAGE);
  configure(file, sha256_of(file));
  daemon_.start();
  auto client = daemon_.client();
  ASSERT_TRUE(put(client, "a/b", "value"));
  EXPECT_EQ(*get(client, "a/b"), "value");
}

TEST_F(ForeignStorage, AnotherLibraryIsNotLoaded) {
  const fs::path file = library(HELLO_STORAGE);
  const std::string approved = sha256_of(file);
  std::ofstream(file, std::ios::app | std::ios::binary) << 'x';
  configure(file, approved);
  daemon_.launch();
  const auto outcome = daemon_.wait();
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_NE(outcome.errors.find(approved), std::string::npos) << outcome.errors;
  EXPECT_NE(outcome.errors.find(sha256_of(file)), std::string::npos) << outcome.errors;
}

TEST_F(ForeignStorage, WithoutALibraryOrADigestTheDaemonSaysWhatIsMissing) {
  daemon_.add_flags({"--storage", "library"});
  daemon_.launch();
  const auto outcome = daemon_.wait();
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_NE(outcome.errors.find("storage.library and storage.sha256"), std::string::npos) << outcome.errors;
}

}  // namespace
}  // namespace strongroom::tests
