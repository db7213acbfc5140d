// What the age tool writes is opened here, and the other way round: keys, recipients, passphrases, armor.
#include <gtest/gtest.h>

#include <fstream>

#include <strongroom/base/random.h>

#include "tests/support/age_files.h"
#include "tests/support/at_terminal.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace strongroom::tests {
namespace {

using age::Identity;

constexpr const char* k_passphrase = "correct horse battery staple";
constexpr std::size_t k_sizes[] = {0, 1, 65535, 65536, 65537, 131072, 200'000};

std::string random_bytes(std::size_t size) {
  Bytes out(size);
  fill_random(out);
  return std::string(as_text(out));
}

class AgeTool : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  std::string written(const std::string& name, std::string_view content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }

  std::string content(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  // What the tool prints.
  static std::string run(std::vector<std::string> words) {
    Process process(std::move(words));
    const auto outcome = process.wait();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    return outcome.output;
  }

  // Types the passphrase as often as the tool asks for it.
  static void run_with_passphrase(std::vector<std::string> words, int times) {
    AtTerminal terminal(std::move(words), {"TERM=dumb"});
    for (int i = 0; i < times; ++i) {
      ASSERT_TRUE(terminal.wait_for(i == 0 ? "Enter passphrase" : "Confirm passphrase")) << terminal.shown();
      terminal.type(std::string(k_passphrase) + "\r");
    }
    EXPECT_EQ(terminal.finish(), 0) << terminal.shown();
  }

  TemporaryFolder folder_;
};

TEST_F(AgeTool, ReadsWhatIsSealedForItsKey) {
  run({"age-keygen", "-o", path("key")});
  const auto identities = age::parse_identities(content("key"));
  ASSERT_TRUE(identities) << identities.error().message;
  ASSERT_EQ(identities->size(), 1U);
  EXPECT_EQ(run({"age-keygen", "-y", path("key")}), identities->front().recipient().text() + "\n");
  for (const std::size_t size : k_sizes) {
    const std::string bytes = random_bytes(size);
    const std::string file = written("sealed", sealed_for(identities->front().recipient(), bytes));
    EXPECT_TRUE(run({"age", "-d", "-i", path("key"), file}) == bytes) << size;
  }
}

TEST_F(AgeTool, WritesWhatIsOpenedWithAnIdentity) {
  const Identity identity = Identity::generate();
  const Identity other = Identity::generate();
  for (const std::size_t size : k_sizes) {
    SCOPED_TRACE(size);
    const std::string bytes = random_bytes(size);
    const std::string plain = written("plain", bytes);
    for (const bool armor : {false, true}) {
      std::vector<std::string> words{"age", "-r", other.recipient().text(), "-r", identity.recipient().text()};
      if (armor) words.emplace_back("-a");
      words.push_back(plain);
      const std::string file = run(words);
      EXPECT_EQ(file.starts_with("-----BEGIN"), armor);
      const auto opened = open_age(file, with_identity(identity), 10'000);
      ASSERT_TRUE(opened.status) << opened.status.error().message;
      EXPECT_TRUE(opened.content == bytes);
      EXPECT_EQ(open_age(file, with_identity(Identity::generate())).code(), ErrorCode::wrong_credential);
    }
  }
}

TEST_F(AgeTool, TakesAnIdentityThatWasMadeHere) {
  const Identity identity = Identity::generate();
  const std::string key = written("key", identity.text().reveal_text(RevealReason::test));
  EXPECT_EQ(run({"age-keygen", "-y", key}), identity.recipient().text() + "\n");
  EXPECT_EQ(run({"age", "-d", "-i", key, written("sealed", sealed_for(identity.recipient(), "x"))}), "x");
}

TEST_F(AgeTool, ReadsWhatIsSealedWithAPassphrase) {
  const std::string bytes = random_bytes(70'000);
  const std::string file = written("sealed", sealed_with(k_passphrase, bytes, age::k_work_factor));
  run_with_passphrase({"age", "-d", "-o", path("plain"), file}, 1);
  EXPECT_TRUE(content("plain") == bytes);
}

TEST_F(AgeTool, WritesWhatIsOpenedWithThePassphrase) {
  const std::string bytes = random_bytes(70'000);
  run_with_passphrase({"age", "-p", "-o", path("sealed"), written("plain", bytes)}, 2);
  const std::string file = content("sealed");
  const auto opened = open_age(file, with_passphrase(k_passphrase));
  ASSERT_TRUE(opened.status) << opened.status.error().message;
  EXPECT_TRUE(opened.content == bytes);
  EXPECT_EQ(open_age(file, with_passphrase("another")).code(), ErrorCode::wrong_credential);
  EXPECT_EQ(open_age(file, with_passphrase(k_passphrase, age::k_work_factor - 1)).code(), ErrorCode::too_large);
}

}  // namespace
}  // namespace strongroom::tests
