#include "daemon/store/version_map.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>
#include <unordered_map>

namespace strongroom::store {
namespace {

KeyPrefix prefix(std::uint64_t i) {
  std::mt19937_64 random(i);
  return {random(), random()};
}

TEST(VersionMap, KnowsNothingAtFirst) {
  const VersionMap map;
  EXPECT_EQ(map.find(prefix(1)), std::nullopt);
}

TEST(VersionMap, KeepsTheLastVersion) {
  VersionMap map;
  map.set(prefix(1), 5);
  map.set(prefix(1), 6);
  map.set_if_unknown(prefix(1), 2);
  map.set_if_unknown(prefix(2), 3);
  EXPECT_EQ(map.find(prefix(1)), 6U);
  EXPECT_EQ(map.find(prefix(2)), 3U);
  EXPECT_EQ(map.find(prefix(3)), std::nullopt);
  map.clear();
  EXPECT_EQ(map.find(prefix(1)), std::nullopt);
}

TEST(VersionMap, RemembersThatAKeyWasErased) {
  VersionMap map;
  map.set(prefix(1), VersionMap::k_erased);
  map.set_if_unknown(prefix(1), 4);
  EXPECT_EQ(map.find(prefix(1)), VersionMap::k_erased);
}

TEST(VersionMap, TellsKeysApartThatShareAHalf) {
  VersionMap map;
  // All in one shard, all wanting one slot.
  for (std::uint64_t i = 0; i < 1000; ++i) map.set({42, i * 64}, i + 1);
  for (std::uint64_t i = 0; i < 1000; ++i) ASSERT_EQ(map.find({42, i * 64}), i + 1);
  EXPECT_EQ(map.find({42, 1000 * 64}), std::nullopt);
}

TEST(VersionMap, AgreesWithAMapWhileItGrows) {
  VersionMap map;
  std::unordered_map<std::uint64_t, std::uint64_t> model;
  std::mt19937_64 random(3);
  for (std::uint64_t step = 1; step <= 60000; ++step) {
    const std::uint64_t key = random() % 20000;
    map.set(prefix(key), step);
    model[key] = step;
  }
  for (std::uint64_t key = 0; key < 20000; ++key) {
    const auto found = model.find(key);
    ASSERT_EQ(map.find(prefix(key)), found == model.end() ? std::nullopt : std::optional(found->second));
  }
}

TEST(VersionMap, IsReadWhileItIsWritten) {
  VersionMap map;
  for (std::uint64_t i = 0; i < 1000; ++i) map.set(prefix(i), 1);
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  std::thread reader([&] {
    for (std::uint64_t i = 0; !stop; i = (i + 1) % 1000)
      if (map.find(prefix(i)).value_or(0) == 0) ++wrong;
  });
  for (std::uint64_t i = 0; i < 30000; ++i) map.set(prefix(i), 2 + i);
  stop = true;
  reader.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace strongroom::store
