// Keys stay out of swap, or the start is refused with the remedy.
#include <gtest/gtest.h>

#include "tests/support/ordinary_user.h"
#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {
namespace {

// Root is above this limit, so every test is an ordinary user's.
TEST(LockedMemory, WithoutAnyTheStartIsRefusedWithTheRemedy) {
  if (passed_on_to_ordinary_user()) return;
  TestDaemon daemon;
  daemon.run_under({"prlimit", "--memlock=0:0"});
  daemon.launch();
  const Outcome outcome = daemon.wait();
  EXPECT_EQ(outcome.exit_code, 1);
  for (const char* word : {"locked", "ulimit -l", "LimitMEMLOCK"})
    EXPECT_NE(outcome.errors.find(word), std::string::npos) << outcome.errors;
  EXPECT_FALSE(std::filesystem::exists(daemon.data() / "vault.a")) << "a store was made all the same";
}

TEST(LockedMemory, WithoutAnyItRunsWhenTheConfigurationAcceptsIt) {
  if (passed_on_to_ordinary_user()) return;
  TestDaemon daemon({"--require-locked-memory", "false"});
  daemon.run_under({"prlimit", "--memlock=0:0"});
  daemon.start();
  auto client = daemon.client();
  const auto status = status_of(client);
  EXPECT_FALSE(status.memory_locked);
  EXPECT_FALSE(status.problems.empty());
}

TEST(LockedMemory, EightMebibytesAreEnough) {
  if (passed_on_to_ordinary_user()) return;
  TestDaemon daemon({"--kdf-memory-mib", "64"});
  daemon.run_under({"prlimit", "--memlock=8388608:8388608"});
  daemon.start();
  auto client = daemon.client();
  ASSERT_TRUE(put(client, "a", std::string(500'000, 'v')));
  EXPECT_EQ(get(client, "a").value().size(), 500'000u);
  const Secret passphrase(as_bytes("correct horse"));
  ASSERT_TRUE(client.call<protocol::vault::AddSlot>(
      {.type = protocol::vault::SlotType::passphrase, .passphrase = passphrase.clone(), .label = {}}));
  EXPECT_TRUE(status_of(client).memory_locked);
}

}  // namespace
}  // namespace strongroom::tests
