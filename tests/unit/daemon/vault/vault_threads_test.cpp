// Requests run beside each other and beside locks, unlocks and slot changes. Run under the tsan preset too.
#include <atomic>
#include <thread>

#include "tests/unit/daemon/vault/support.h"

namespace strongroom::vault {
namespace {

using test::failure;
using test::k_head;
using test::must;
using VaultThreads = test::VaultFixture;

TEST_F(VaultThreads, SealingBesideALockEitherWorksOrIsLocked) {
  const auto vault = make();
  std::atomic<bool> stop = false;
  std::atomic<int> unexpected = 0;
  std::atomic<int> rounds = 0;
  const auto work = [&] {
    while (!stop) {
      Bytes item;
      const BytesView fields[] = {as_bytes("value")};
      const auto sealed = vault->seal(k_head, fields, item);
      if (!sealed) {
        unexpected += failure(sealed) != ErrorCode::locked;
        continue;
      }
      const auto opened = open(*vault, k_head, item);
      unexpected += opened ? *opened != "value" : failure(opened) != ErrorCode::locked;
      const auto hashed = vault->keyed_hash(SystemKey::lookup, "x", {});
      unexpected += !hashed && failure(hashed) != ErrorCode::locked;
      ++rounds;
    }
  };
  std::thread first(work);
  std::thread second(work);
  while (rounds < 20) std::this_thread::yield();
  for (int i = 0; i < 30; ++i) {
    must(vault->lock(false));
    EXPECT_EQ(vault->state(), State::locked);
    must(vault->unlock_unattended());
    must(vault->add_recovery("r" + std::to_string(i)));
    must(vault->remove_slot(vault->slots().back().id));
  }
  must(vault->lock(false));
  stop = true;
  first.join();
  second.join();
  EXPECT_EQ(unexpected, 0);
  EXPECT_TRUE(arena->is_blank());
}

TEST_F(VaultThreads, ALockDuringASlotChangeLeavesNoKey) {
  const auto vault = make();
  for (int i = 0; i < 10; ++i) {
    std::thread change([&] {
      const auto added = vault->ensure_name_space("n" + std::to_string(i));
      EXPECT_TRUE(added || failure(added) == ErrorCode::locked);
    });
    must(vault->lock(false));
    change.join();
    EXPECT_TRUE(arena->is_blank());
    must(vault->unlock_unattended());
  }
}

TEST_F(VaultThreads, ALockDoesNotWaitForAPassphraseBeingAdded) {
  const auto vault = make();
  std::atomic<bool> started = false;
  std::optional<ErrorCode> answer;
  std::thread change([&] {
    started = true;
    const auto added = vault->add_passphrase(test::secret("pass"), "x");
    answer = failure(added);
  });
  while (!started) std::this_thread::yield();
  must(vault->lock(false));
  EXPECT_EQ(vault->state(), State::locked);
  change.join();
  EXPECT_TRUE(!answer || answer == ErrorCode::locked);
  EXPECT_TRUE(arena->is_blank());
}

}  // namespace
}  // namespace strongroom::vault
