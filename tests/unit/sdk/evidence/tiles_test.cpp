#include <strongroom/evidence/tiles.h>

#include <gtest/gtest.h>

#include "tests/unit/sdk/evidence/sample_log.h"

namespace strongroom::evidence {
namespace {

Bytes tile_of(const SampleLog& log, unsigned width) {
  Bytes tile;
  for (unsigned i = 0; i < width; ++i) tile.insert(tile.end(), log.leaf(i).begin(), log.leaf(i).end());
  return tile;
}

TEST(Tile, LiesWhereTheSpecificationSays) {
  EXPECT_EQ(tile_path(0, 1234067, 256), "tile/0/x001/x234/067");
  EXPECT_EQ(tile_path(1, 0, 5), "tile/1/000.p/5");
  EXPECT_EQ(tile_path(0, 999, 256), "tile/0/999");
  EXPECT_EQ(tile_path(0, 1000, 1), "tile/0/x001/000.p/1");
  EXPECT_EQ(tile_path(63, 273, 112), "tile/63/273.p/112");
  EXPECT_EQ(tile_path(0, ~std::uint64_t{0}, 255), "tile/0/x018/x446/x744/x073/x709/x551/615.p/255");
}

TEST(Tile, HoldsTheHashOfEverySubtreeInside) {
  const SampleLog log(256);
  const Bytes tile = tile_of(log, 256);
  ASSERT_EQ(tile.size(), k_tile_bytes);
  for (unsigned height = 0; height <= k_tile_height; ++height)
    for (std::uint64_t index = 0; index < std::uint64_t{256} >> height; ++index)
      ASSERT_EQ(hash_in_tile(tile, height, index).value(), log.reader()(height, index).value());
}

TEST(Tile, HoldsOnlyWholeSubtrees) {
  const SampleLog log(5);
  const Bytes tile = tile_of(log, 5);
  EXPECT_EQ(hash_in_tile(tile, 2, 0).value(), log.root(4));
  EXPECT_EQ(hash_in_tile(tile, 0, 4).value(), log.leaf(4));
  EXPECT_EQ(hash_in_tile(tile, 1, 2).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(hash_in_tile(tile, 3, 0).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(hash_in_tile(tile, 0, 5).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(hash_in_tile(tile, 2, std::uint64_t{1} << 62).error().code, ErrorCode::invalid_argument);
}

TEST(Tile, IsRefusedWhenItsBytesAreNoTile) {
  const SampleLog log(256);
  Bytes tile = tile_of(log, 256);
  EXPECT_FALSE(hash_in_tile(tile, 9, 0));
  EXPECT_FALSE(hash_in_tile(BytesView(tile).first(33), 0, 0));
  EXPECT_FALSE(hash_in_tile({}, 0, 0));
  tile.resize(tile.size() + 32);
  EXPECT_FALSE(hash_in_tile(tile, 0, 0));
}

}  // namespace
}  // namespace strongroom::evidence
