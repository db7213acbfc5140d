// Keys and what opens them: nothing is left of them after a lock.
#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>
#include <sstream>

#include "tests/security/canary.h"
#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {
namespace {

namespace vault = protocol::vault;

class KeyMemory : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can read the memory of a process that is not dumpable";
    daemon_.start();
  }

  Secret secret(const std::string& text) { return Secret(as_bytes(text)); }

  std::string add_recovery(client::Client& client) {
    auto added = client.call<vault::AddSlot>({.type = vault::SlotType::recovery, .passphrase = {}, .label = {}});
    return std::string(added->recovery_code->reveal_text(RevealReason::test));
  }

  TestDaemon daemon_{{"--kdf-memory-mib", "64"}};
  Needles needles_;
};

TEST_F(KeyMemory, HoldsNothingOfTheKeyFile) {
  std::ifstream file(daemon_.state() / "vault.key", std::ios::binary);
  std::ostringstream key;
  key << file.rdbuf();
  ASSERT_EQ(key.str().size(), 32u);
  needles_.add("key file", key.str());
  expect_gone_from_memory(daemon_.pid(), needles_);
  auto client = daemon_.client();
  ASSERT_TRUE(client.call<vault::Lock>({}));
  expect_gone_from_memory(daemon_.pid(), needles_);
  ASSERT_TRUE(client.call<vault::Unlock>({}));
  expect_gone_from_memory(daemon_.pid(), needles_);
}

TEST_F(KeyMemory, HoldsNothingOfAPassphraseRightOrWrong) {
  auto client = daemon_.client();
  const std::string right = random_text(40);
  const std::string wrong = random_text(40);
  needles_.add("passphrase", right);
  needles_.add("wrong passphrase", wrong);
  ASSERT_TRUE(
      client.call<vault::AddSlot>({.type = vault::SlotType::passphrase, .passphrase = secret(right), .label = {}}));
  expect_gone_from_memory(daemon_.pid(), needles_);
  ASSERT_TRUE(client.call<vault::Lock>({}));
  EXPECT_FALSE(client.call<vault::Unlock>({.passphrase = secret(wrong), .recovery_code = {}, .accept_changes = {}}));
  expect_gone_from_memory(daemon_.pid(), needles_);
  ASSERT_TRUE(client.call<vault::Unlock>({.passphrase = secret(right), .recovery_code = {}, .accept_changes = {}}));
  expect_gone_from_memory(daemon_.pid(), needles_);
  ASSERT_TRUE(client.call<vault::Lock>({}));
  expect_gone_from_memory(daemon_.pid(), needles_);
}

TEST_F(KeyMemory, HoldsNothingOfARecoveryCode) {
  auto client = daemon_.client();
  const std::string code = add_recovery(client);
  needles_.add("recovery code", code);
  std::string digits;
  for (const char c : code)
    if (c != '-') digits.push_back(c);
  needles_.add("digits of the recovery code", digits);
  expect_gone_from_memory(daemon_.pid(), needles_);
  ASSERT_TRUE(client.call<vault::Lock>({}));
  ASSERT_TRUE(client.call<vault::Unlock>({.passphrase = {}, .recovery_code = secret(code), .accept_changes = {}}));
  expect_gone_from_memory(daemon_.pid(), needles_);
  ASSERT_TRUE(client.call<vault::Lock>({}));
  expect_gone_from_memory(daemon_.pid(), needles_);
}

// What keys leave: the only locked mapping that the arena is must be zero from end to end.
TEST_F(KeyMemory, TheArenaIsEmptyAfterALock) {
  const auto arena_bytes_in_use = [this] {
    std::ifstream smaps("/proc/" + std::to_string(daemon_.pid()) + "/smaps");
    std::ifstream memory("/proc/" + std::to_string(daemon_.pid()) + "/mem", std::ios::binary);
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    std::size_t used = 0;
    bool found = false;
    for (std::string line; std::getline(smaps, line);) {
      char dash = 0;
      std::uint64_t a = 0;
      std::uint64_t b = 0;
      if (std::istringstream words(line); words >> std::hex >> a >> dash >> b && dash == '-') from = a, to = b;
      // Wiped on fork: no other memory of the daemon is.
      if (!line.starts_with("VmFlags:") || line.find(" wf") == std::string::npos) continue;
      found = true;
      std::string content(to - from, '\0');
      memory.seekg(static_cast<std::streamoff>(from));
      memory.read(content.data(), static_cast<std::streamsize>(content.size()));
      EXPECT_TRUE(memory.good());
      used += content.size() - static_cast<std::size_t>(std::count(content.begin(), content.end(), '\0'));
    }
    EXPECT_TRUE(found) << "the arena was not found";
    return used;
  };
  EXPECT_GT(arena_bytes_in_use(), 0u);
  auto client = daemon_.client();
  ASSERT_TRUE(client.call<vault::Lock>({}));
  // The audit log goes on: its identity, its epoch's key and the next key of its chain, 32 bytes each. None of them
  // opens anything (audit_keys_test.cpp).
  EXPECT_LE(arena_bytes_in_use(), 96u);
}

}  // namespace
}  // namespace strongroom::tests
