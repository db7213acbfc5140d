#include "daemon/vault/key_arena.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <cstring>
#include <thread>
#include <vector>

#include "tests/unit/daemon/vault/support.h"

namespace strongroom::vault {
namespace {

using test::failure;
using test::in_child;
using test::must;

std::unique_ptr<KeyArena> make() {
  return must(KeyArena::make(KeyArena::Locking::allow_unlocked));
}

TEST(KeyArena, HandsOutZeroedKeysAndWipesThem) {
  const auto arena = make();
  Key key = must(arena->take(32));
  EXPECT_EQ(Bytes(key.view().begin(), key.view().end()), Bytes(32));
  std::memset(key.writable().data(), 0xaa, 32);
  EXPECT_FALSE(arena->is_blank());
  EXPECT_EQ(arena->in_use(), 1u);
  key.reset();
  EXPECT_TRUE(arena->is_blank());
  EXPECT_EQ(arena->in_use(), 0u);
  EXPECT_TRUE(key.empty());
}

TEST(KeyArena, MovingAKeyLeavesOneOwner) {
  const auto arena = make();
  Key first = must(arena->take(64));
  first.writable()[63] = 7;
  Key second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): the promise under test
  EXPECT_EQ(second.view()[63], 7);
  Key third = must(arena->take(32));
  third = std::move(second);
  EXPECT_EQ(arena->in_use(), 1u);
  EXPECT_EQ(third.view().size(), 64u);
}

TEST(KeyArena, IsFullAfterItsLastSlotAndUsableAgainAfterwards) {
  const auto arena = make();
  std::vector<Key> keys;
  for (std::size_t i = 0; i < KeyArena::k_slots; ++i) {
    keys.push_back(must(arena->take(32)));
    std::memset(keys.back().writable().data(), 0xff, 32);
  }
  EXPECT_EQ(failure(arena->take(32)), ErrorCode::too_large);
  keys.pop_back();
  EXPECT_TRUE(arena->take(32));
  keys.clear();
  EXPECT_TRUE(arena->is_blank());
}

TEST(KeyArena, RefusesImpossibleSizes) {
  const auto arena = make();
  EXPECT_EQ(failure(arena->take(0)), ErrorCode::internal);
  EXPECT_EQ(failure(arena->take(65)), ErrorCode::internal);
}

TEST(KeyArena, ThreadsNeverShareASlot) {
  const auto arena = make();
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (unsigned t = 1; t <= 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        Key key = must(arena->take(32));
        for (const Byte b : key.view()) wrong += b != 0;
        std::memset(key.writable().data(), static_cast<int>(t), 32);
        for (const Byte b : key.view()) wrong += b != t;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_TRUE(arena->is_blank());
}

TEST(KeyArenaDeathTest, GuardPagesStandBesideTheKeys) {
  const auto arena = make();
  const Key key = must(arena->take(32));
  EXPECT_DEATH(
      {
        // The first slot starts the mapping, so the byte before it lies in the guard page.
        volatile const Byte* before = key.view().data() - 1;
        [[maybe_unused]] const Byte b = *before;
      },
      "");
}

TEST(KeyArenaDeathTest, AKeyThatOutlivesTheArenaTerminates) {
  EXPECT_DEATH(
      {
        auto arena = make();
        Key key = must(arena->take(32));
        arena.reset();
      },
      "");
}

TEST(KeyArena, IsEmptyInAForkedChild) {
  // A kernel without MADV_WIPEONFORK cannot keep the promise.
  void* probe = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const bool supported = ::madvise(probe, 4096, MADV_WIPEONFORK) == 0;
  ::munmap(probe, 4096);
  if (!supported) GTEST_SKIP() << "this kernel has no MADV_WIPEONFORK";
  const auto arena = make();
  Key key = must(arena->take(32));
  std::memset(key.writable().data(), 0xaa, 32);
  EXPECT_EQ(in_child([&] { return arena->is_blank() ? 0 : 1; }), 0);
  EXPECT_FALSE(arena->is_blank());
}

TEST(KeyArena, RefusesMemoryThatCannotBeLockedAndNamesTheRemedy) {
#if defined(STRONGROOM_UNDER_SANITIZER)
  GTEST_SKIP() << "sanitizers make mlock a no-op";
#endif
  const test::TemporaryFolder folder;
  const int code = in_child([&] {
    const struct rlimit none = {0, 0};
    if (::setrlimit(RLIMIT_MEMLOCK, &none) != 0 || !test::become_ordinary(folder.path())) return 10;
    const auto refused = KeyArena::make(KeyArena::Locking::required);
    if (failure(refused) != ErrorCode::memory_lock) return 11;
    const std::string text = refused.error().message;
    if (text.find("LimitMEMLOCK=") == std::string::npos || text.find("ulimit -l") == std::string::npos) return 12;
    const auto accepted = KeyArena::make(KeyArena::Locking::allow_unlocked);
    if (!accepted || (*accepted)->memory_is_locked()) return 13;
    return 0;
  });
  EXPECT_EQ(code, 0);
}

TEST(KeyArena, LocksUnderAnOrdinaryUsersLimit) {
  const test::TemporaryFolder folder;
  const int code = in_child([&] {
    const struct rlimit usual = {64 * 1024, 64 * 1024};
    if (::setrlimit(RLIMIT_MEMLOCK, &usual) != 0 || !test::become_ordinary(folder.path())) return 10;
    const auto arena = KeyArena::make(KeyArena::Locking::required);
    return arena && (*arena)->memory_is_locked() ? 0 : 11;
  });
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace strongroom::vault
