#include <strongroom/base/wiped_memory.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace strongroom {
namespace {

constexpr std::size_t k_alignment = alignof(std::max_align_t);

// Whether the page of an address is mapped, from the kernel's own list.
bool is_mapped(std::uintptr_t address) {
  std::ifstream maps("/proc/self/maps");
  std::string line;
  while (std::getline(maps, line)) {
    std::uintptr_t from = 0;
    std::uintptr_t to = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx", &from, &to) == 2 && address >= from && address < to) return true;
  }
  return false;
}

TEST(WipedMemory, BlocksOfAllSizesAreSeparateAlignedAndCounted) {
  WipedMemory memory;
  std::vector<std::pair<char*, std::size_t>> blocks;
  std::size_t sum = 0;
  for (std::size_t size = 1; size < 300'000; size = size * 3 / 2 + 1)
    for (int i = 0; i < 3; ++i) {
      auto* p = static_cast<char*>(memory.allocate(size, k_alignment));
      ASSERT_EQ(reinterpret_cast<std::uintptr_t>(p) % k_alignment, 0u);
      std::memset(p, static_cast<int>(blocks.size() + 1), size);
      blocks.emplace_back(p, size);
      sum += size;
      ASSERT_EQ(memory.bytes_in_use(), sum);
    }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto [p, size] = blocks[i];
    ASSERT_EQ(p[0], static_cast<char>(i + 1)) << size;
    ASSERT_EQ(p[size - 1], static_cast<char>(i + 1)) << size;
    memory.deallocate(p, size, k_alignment);
  }
  EXPECT_EQ(memory.bytes_in_use(), 0u);
}

// A freed block carries the free list's link in its first bytes; the rest must be blank.
TEST(WipedMemory, ABlockIsWipedWhenItIsFreed) {
  WipedMemory memory;
  void* keep = memory.allocate(200, k_alignment);
  auto* p = static_cast<unsigned char*>(memory.allocate(200, k_alignment));
  std::memset(p, 0xaa, 200);
  memory.deallocate(p, 200, k_alignment);
  for (std::size_t i = sizeof(void*); i < 200; ++i) ASSERT_EQ(p[i], 0) << i;
  EXPECT_EQ(memory.allocate(200, k_alignment), p) << "freed blocks are used again";
  memory.deallocate(p, 200, k_alignment);
  memory.deallocate(keep, 200, k_alignment);
}

TEST(WipedMemory, EmptySlabsAreGivenBackButOne) {
  WipedMemory memory;
  std::vector<void*> blocks;
  std::set<std::uintptr_t> slabs;
  for (int i = 0; i < 40; ++i) {
    blocks.push_back(memory.allocate(16 * 1024, k_alignment));
    slabs.insert(reinterpret_cast<std::uintptr_t>(blocks.back()) & ~std::uintptr_t{128 * 1024 - 1});
  }
  ASSERT_GE(slabs.size(), 5u);
  for (void* p : blocks) memory.deallocate(p, 16 * 1024, k_alignment);
  std::size_t mapped = 0;
  for (const std::uintptr_t slab : slabs) mapped += is_mapped(slab);
  EXPECT_EQ(mapped, 1u);
}

TEST(WipedMemory, VeryLargeBlocksAreUnmappedAtOnce) {
  WipedMemory memory;
  void* p = memory.allocate(3 << 20, k_alignment);
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  ASSERT_TRUE(is_mapped(address));
  memory.deallocate(p, 3 << 20, k_alignment);
  EXPECT_FALSE(is_mapped(address));
}

TEST(WipedMemory, TwoLargeBlocksAreKeptBlankForTheNext) {
  constexpr std::size_t k_size = 1 << 20;
  WipedMemory memory;
  std::vector<void*> blocks;
  for (int i = 0; i < 3; ++i) {
    blocks.push_back(memory.allocate(k_size, k_alignment));
    std::memset(blocks.back(), 0x55, k_size);
  }
  for (void* block : blocks) memory.deallocate(block, k_size, k_alignment);
  EXPECT_FALSE(is_mapped(reinterpret_cast<std::uintptr_t>(blocks[0])));
  EXPECT_EQ(memory.bytes_in_use(), 0u);
  // Of another size, within the same step.
  auto* again = static_cast<const unsigned char*>(memory.allocate(k_size - 100, k_alignment));
  EXPECT_EQ(again, blocks[2]);
  EXPECT_TRUE(std::all_of(again, again + k_size, [](unsigned char b) { return b == 0; }));
  memory.deallocate(const_cast<unsigned char*>(again), k_size - 100, k_alignment);
}

TEST(WipedMemory, AreUsedByThreadsAtOnce) {
  WipedMemory memory;
  std::vector<std::thread> threads;
  for (int t = 1; t <= 4; ++t)
    threads.emplace_back([&memory, t] {
      for (std::size_t i = 0; i < 3000; ++i) {
        const std::size_t size = 1 + i * 37 % 5000;
        auto* p = static_cast<unsigned char*>(memory.allocate(size, k_alignment));
        std::memset(p, t, size);
        ASSERT_EQ(p[size / 2], t);
        memory.deallocate(p, size, k_alignment);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(memory.bytes_in_use(), 0u);
}

TEST(WipedMemory, ContainersGiveEverythingBack) {
  WipedMemory memory;
  {
    WipedString text(1000, 'x', &memory);
    WipedBytes bytes(&memory);
    for (int i = 0; i < 10'000; ++i) bytes.push_back(static_cast<unsigned char>(i));
    EXPECT_GE(memory.bytes_in_use(), 11'000u);
  }
  EXPECT_EQ(memory.bytes_in_use(), 0u);
}

TEST(Wipe, OverwritesExactlyWhatIsNamed) {
  unsigned char bytes[16];
  std::memset(bytes, 0xaa, sizeof bytes);
  wipe(bytes + 4, 8);
  for (std::size_t i = 0; i < sizeof bytes; ++i) EXPECT_EQ(bytes[i], i >= 4 && i < 12 ? 0 : 0xaa);
  wipe(nullptr, 0);
}

}  // namespace
}  // namespace strongroom
