// Delivered files: where they lie, who may read them, and that they are gone.
#include <fcntl.h>
#include <sys/mman.h>

#include "tests/integration/run/run_house.h"

namespace strongroom::tests {
namespace {

// Made by ssh-keygen for this test and used nowhere.
class RunFiles : public RunHouse {
 protected:
  std::string new_key() const {
    const std::string file = (daemon_.folder() / "id_test").string();
    Process maker({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file});
    EXPECT_EQ(maker.wait().exit_code, 0);
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::vector<std::string> waiting() const { return words({"--file", "F=api/key"}, {"sh", "-c", k_wait}); }

  static std::string folder_among(const std::vector<std::string>& names) {
    for (const auto& name : names)
      if (name.starts_with("run-")) return name;
    return {};
  }
};

TEST_F(RunFiles, AFileIsPrivateNamedLikeItsSecretAndGoneAfterwards) {
  const auto outcome =
      run({"--file", "F=api/key", "--no-masking"},
          {"sh", "-c", "cat \"$F\"; stat -c ' %a %n' \"$F\" \"$(dirname \"$F\")\"; echo \"${F##*/}\""});
  EXPECT_TRUE(outcome.output.starts_with(std::string(k_value) + " 400 ")) << outcome.output << outcome.errors;
  EXPECT_NE(outcome.output.find(" 700 "), std::string::npos) << outcome.output;
  EXPECT_TRUE(outcome.output.ends_with("\nkey\n")) << outcome.output;
  EXPECT_EQ(folder_among(delivered()), "");
}

TEST_F(RunFiles, TwoSecretsOfOneNameBothArrive) {
  keep("other/key", "the other value");
  EXPECT_EQ(
      run({"--file", "A=api/key", "--file", "B=other/key", "--no-masking"}, {"sh", "-c", "cat \"$A\" \"$B\""}).output,
      std::string(k_value) + "the other value");
}

TEST_F(RunFiles, NothingIsLeftAfterTheWrapperIsKilled) {
  Process process(waiting(), {.environment = environment(), .input = {}, .capture = false, .folder = {}});
  ASSERT_TRUE(up());
  EXPECT_NE(folder_among(delivered()), "");
  process.kill(SIGKILL);
  (void)process.wait();
  EXPECT_TRUE(eventually([&] { return folder_among(delivered()).empty(); }));
}

TEST_F(RunFiles, ATerminatedCommandLeavesNothing) {
  Process process(waiting(), {.environment = environment(), .input = {}, .folder = {}});
  ASSERT_TRUE(up());
  process.kill(SIGTERM);
  EXPECT_EQ(process.wait().exit_code, 128 + SIGTERM);
  EXPECT_EQ(folder_among(delivered()), "");
}

TEST_F(RunFiles, TheNextRunRemovesWhatIsLeftOverAndOnlyThat) {
  Process process(waiting(), {.environment = environment(), .input = {}, .folder = {}});
  ASSERT_TRUE(up());
  const std::string living = folder_among(delivered());
  const std::string left_over = runtime_ + "/strongroom/run-dead00";
  std::filesystem::create_directory(left_over);
  std::ofstream(left_over + "/key") << "left over";
  EXPECT_EQ(run({"--file", "F=api/key"}, {"true"}).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(left_over));
  EXPECT_TRUE(std::filesystem::exists(runtime_ + "/strongroom/" + living + "/key"));
}

TEST_F(RunFiles, ADiskIsRefusedUnlessAllowed) {
  const std::string home = daemon_.folder().string();
  if (std::filesystem::space(home).capacity == std::filesystem::space("/dev/shm").capacity)
    GTEST_SKIP() << "the temporary folder may lie in memory";
  const std::vector<std::string> on_disk{"HOME=" + home, "PATH=/usr/bin:/bin"};
  Process refused(words({"--file", "F=api/key"}, {"true"}), {.environment = on_disk, .input = {}, .folder = {}});
  const auto outcome = refused.wait();
  EXPECT_EQ(outcome.exit_code, 125);
  EXPECT_NE(outcome.errors.find("--allow-disk"), std::string::npos) << outcome.errors;
  Process allowed(words({"--file", "F=api/key", "--allow-disk"}, {"sh", "-c", "cat \"$F\""}),
                  {.environment = on_disk, .input = {}, .folder = {}});
  EXPECT_EQ(allowed.wait().output, k_mask);
}

TEST_F(RunFiles, AFolderOpenToOthersIsRefused) {
  std::filesystem::create_directory(runtime_ + "/strongroom");
  chmod((runtime_ + "/strongroom").c_str(), 0755);
  EXPECT_EQ(run({"--file", "F=api/key"}, {"true"}).exit_code, 125);
  std::filesystem::remove(runtime_ + "/strongroom");
  std::filesystem::create_directory_symlink(daemon_.folder(), runtime_ + "/strongroom");
  EXPECT_EQ(run({"--file", "F=api/key"}, {"true"}).exit_code, 125);
}

TEST_F(RunFiles, ADescriptorIsSealed) {
  const auto outcome = run({"--file-fd", "D=api/key", "--no-masking"}, {"python3", "-c", R"(
import fcntl, os
number = int(os.environ['D'].rsplit('/', 1)[1])
print(fcntl.fcntl(number, fcntl.F_GET_SEALS), oct(os.fstat(number).st_mode & 0o777))
try:
    os.write(number, b'x')
except PermissionError:
    print('refused')
print(os.read(number, 100).decode(), open(os.environ['D']).read(), sep='\n')
)"});
  EXPECT_EQ(outcome.output, "15 0o400\nrefused\n" + std::string(k_value) + "\n" + std::string(k_value) + "\n")
      << outcome.errors;
}

TEST_F(RunFiles, OpenSshReadsAKeyFromAFileAndADescriptor) {
  keep("ssh/id", new_key());
  std::ifstream in((daemon_.folder() / "id_test.pub").string());
  std::string kind;
  std::string expected;
  in >> kind >> expected;
  for (const char* way : {"--file", "--file-fd"}) {
    const auto outcome = run({way, "KEY=ssh/id"}, {"sh", "-c", "ssh-keygen -y -f \"$KEY\""});
    EXPECT_EQ(outcome.exit_code, 0) << way << outcome.errors;
    EXPECT_NE(outcome.output.find(expected), std::string::npos) << way << outcome.output;
  }
  const auto shown = run({"--file", "KEY=ssh/id"}, {"sh", "-c", "cat \"$KEY\""});
  EXPECT_EQ(shown.output, k_mask);
}

}  // namespace
}  // namespace strongroom::tests
