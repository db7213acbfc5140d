// A value in an editor: nothing of it stays behind, and nothing that was typed is lost.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/cli.h"

namespace strongroom::tests {
namespace {

class Edit : public testing::Test {
 protected:
  void SetUp() override {
    daemon_.start();
    std::filesystem::create_directories(runtime());
    std::filesystem::permissions(runtime(), std::filesystem::perms::owner_all);
  }

  // In memory where the machine has such a folder.
  std::filesystem::path runtime() const { return memory_.path() / "runtime"; }

  Outcome edit(const std::string& editor, const std::string& path = "a/b", std::vector<std::string> more = {}) {
    std::vector<std::string> words{STRONGROOM_PATH, "secret", "edit", path, "--no-start", "--socket", daemon_.socket()};
    words.insert(words.end(), more.begin(), more.end());
    Process process(words, {.environment = {"HOME=" + daemon_.folder().string(), "PATH=/usr/bin:/bin",
                                            "XDG_RUNTIME_DIR=" + runtime().string(), "EDITOR=" + editor},
                            .input = {},
                            .folder = {}});
    return process.wait();
  }

  std::string read(const std::string& path) { return run_cli(daemon_, {"read", "-n", path}).output; }

  std::size_t left_over() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(runtime()))
      if (entry.is_regular_file()) ++count;
    return count;
  }

  TestDaemon daemon_;
  TemporaryFolder memory_{"/dev/shm/strongroom edit XXXXXX"};
};

TEST_F(Edit, StoresWhatTheEditorLeaves) {
  ASSERT_EQ(run_cli(daemon_, {"secret", "set", "a/b"}, "one two").exit_code, 0);
  ASSERT_EQ(run_cli(daemon_, {"secret", "set", "a/b", "--field", "user"}, "me").exit_code, 0);
  const auto done = edit("sed -i s/two/three/");
  EXPECT_EQ(done.exit_code, 0) << done.errors;
  EXPECT_EQ(read("a/b"), "one three") << "sed has added a newline, which the value did not have";
  EXPECT_EQ(read("a/b#user"), "me");
  EXPECT_EQ(left_over(), 0u);
}

TEST_F(Edit, MakesANewSecretAndKeepsItsLines) {
  EXPECT_EQ(edit("printf 'l1\\nl2\\n' >", "new/one").exit_code, 0);
  EXPECT_EQ(read("new/one"), "l1\nl2");
  EXPECT_EQ(edit("true", "new/none").exit_code, 0) << "nothing was typed, nothing is made";
  EXPECT_EQ(run_cli(daemon_, {"read", "new/none"}).exit_code, 3);
}

// The default is "vi", which often is vim by another name.
TEST_F(Edit, TellsVimUnderAnyNameToKeepNoTraces) {
  ASSERT_EQ(run_cli(daemon_, {"secret", "set", "a/b"}, "one").exit_code, 0);
  const auto bin = daemon_.folder() / "bin";
  std::filesystem::create_directory(bin);
  std::ofstream(bin / "vim.tiny") << "#!/bin/sh\nprintf '%s\\n' \"$@\" >'" << (daemon_.folder() / "given").string()
                                  << "'\n";
  std::filesystem::permissions(bin / "vim.tiny", std::filesystem::perms::owner_all);
  std::filesystem::create_symlink("vim.tiny", bin / "vi");
  Process process({STRONGROOM_PATH, "secret", "edit", "a/b", "--no-start", "--socket", daemon_.socket()},
                  {.environment = {"HOME=" + daemon_.folder().string(), "PATH=" + bin.string() + ":/usr/bin:/bin",
                                   "XDG_RUNTIME_DIR=" + runtime().string()},
                   .input = {},
                   .folder = {}});
  EXPECT_EQ(process.wait().exit_code, 0);
  std::ifstream in(daemon_.folder() / "given");
  const std::string given(std::istreambuf_iterator<char>(in), {});
  EXPECT_NE(given.find("-i\nNONE\n"), std::string::npos) << given;
}

TEST_F(Edit, ADestroyedVersionIsReplaced) {
  ASSERT_EQ(run_cli(daemon_, {"secret", "set", "a/b"}, "one").exit_code, 0);
  ASSERT_EQ(run_cli(daemon_, {"secret", "destroy", "a/b", "--yes"}).exit_code, 0);
  const auto done = edit("printf two >");
  EXPECT_EQ(done.exit_code, 0) << done.errors;
  EXPECT_EQ(read("a/b"), "two");
}

TEST_F(Edit, StoresNothingWhenTheEditorFailsOrChangesNothing) {
  ASSERT_EQ(run_cli(daemon_, {"secret", "set", "a/b"}, "one").exit_code, 0);
  EXPECT_EQ(edit("false").exit_code, 1);
  const auto same = edit("true");
  EXPECT_EQ(same.exit_code, 0);
  EXPECT_NE(same.errors.find("Nothing was changed"), std::string::npos) << same.errors;
  EXPECT_EQ(edit("truncate -s 0").exit_code, 2);
  EXPECT_EQ(run_cli(daemon_, {"read", "a/b?version=2"}).exit_code, 3);
  EXPECT_EQ(left_over(), 0u);
}

// Without a terminal there is nobody to ask, so the other's change stands.
TEST_F(Edit, DoesNotOverwriteWhatWasChangedMeanwhile) {
  ASSERT_EQ(run_cli(daemon_, {"secret", "set", "a/b"}, "one").exit_code, 0);
  const std::string script = (daemon_.folder() / "editor").string();
  std::ofstream(script) << "#!/bin/sh\nprintf mine > \"$1\"\nprintf theirs | '" STRONGROOM_PATH
                        << "' secret set a/b --no-start --socket '" << daemon_.socket() << "' >/dev/null\n";
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  EXPECT_EQ(edit("'" + script + "'").exit_code, 7);
  EXPECT_EQ(read("a/b"), "theirs");
}

TEST_F(Edit, TheFileIsItsOwnersAloneAndInMemory) {
  ASSERT_EQ(run_cli(daemon_, {"secret", "set", "a/b"}, "one").exit_code, 0);
  const std::string seen = (daemon_.folder() / "seen").string();
  ASSERT_EQ(edit("stat -c '%a %n' > '" + seen + "'").exit_code, 0);
  std::string mode;
  std::string name;
  std::ifstream file(seen);
  file >> mode >> std::ws;
  std::getline(file, name);
  EXPECT_EQ(mode, "600");
  EXPECT_TRUE(name.starts_with(runtime().string())) << name;
}

}  // namespace
}  // namespace strongroom::tests
