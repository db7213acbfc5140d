#include <strongroom/evidence/merkle.h>

#include <gtest/gtest.h>

#include <array>

#include "tests/unit/sdk/evidence/sample_log.h"

namespace strongroom::evidence {
namespace {

// The tree that implementations of RFC 6962 share as their example: eight entries and the head after each.
constexpr std::array k_entries = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
constexpr std::array k_roots = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

TEST(Tree, HasTheKnownHeads) {
  EXPECT_EQ(to_hex(empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CompactTree tree;
  EXPECT_EQ(tree.root(), empty_root());
  for (std::size_t i = 0; i < k_entries.size(); ++i) {
    tree.append(leaf_hash(from_hex(k_entries[i]).value()));
    EXPECT_EQ(tree.size(), i + 1);
    EXPECT_EQ(to_hex(tree.root()), k_roots[i]) << i + 1;
  }
}

TEST(Tree, GrowsToTheHeadThatIsDefined) {
  const SampleLog log(600);
  CompactTree tree;
  for (std::uint64_t size = 0; size < 600; ++size) {
    ASSERT_EQ(tree.root(), log.root(size)) << size;
    ASSERT_EQ(root_of(size, log.reader()).value(), log.root(size)) << size;
    tree.append(log.leaf(size));
  }
}

TEST(Tree, IsReadAndGrowsOn) {
  const SampleLog log(300);
  for (const std::uint64_t size : {0u, 1u, 2u, 7u, 8u, 127u, 200u, 256u}) {
    CompactTree tree = tree_of(size, log.reader()).value();
    EXPECT_EQ(tree.size(), size);
    while (tree.size() < 300) tree.append(log.leaf(tree.size()));
    EXPECT_EQ(tree.root(), log.root(300)) << size;
  }
}

TEST(Tree, IsMadeFromItsPeaksAndFromNoOtherNumberOfThem) {
  const SampleLog log(100);
  const CompactTree tree = tree_of(100, log.reader()).value();
  EXPECT_EQ(tree.peaks().size(), 3u);
  EXPECT_EQ(tree.peaks().front(), log.root(64));
  EXPECT_EQ(CompactTree::from_peaks(100, tree.peaks()).value().root(), log.root(100));
  EXPECT_EQ(CompactTree::from_peaks(101, tree.peaks()).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(CompactTree::from_peaks(0, tree.peaks()).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(CompactTree::from_peaks(0, {}));
}

TEST(Tree, OfTheLargestSizeAsksForNothingOutsideOfItself) {
  const std::uint64_t size = ~std::uint64_t{0};
  int asked = 0;
  const HashReader reader = [&](unsigned level, std::uint64_t index) -> Result<Hash> {
    ++asked;
    EXPECT_LE(level, 63u);
    // The last leaf of the subtree lies below the size.
    EXPECT_LT(((index + 1) << level) - 1, size);
    return Hash{};
  };
  EXPECT_TRUE(root_of(size, reader));
  EXPECT_EQ(asked, 64);
  for (const std::uint64_t index : {std::uint64_t{0}, size / 2, size - 1}) {
    EXPECT_TRUE(prove_inclusion(index, size, reader)) << index;
    EXPECT_TRUE(prove_consistency(index + 1, size, reader)) << index;
  }
}

TEST(Tree, SaysWhatItsReaderSays) {
  const HashReader broken = [](unsigned, std::uint64_t) -> Result<Hash> {
    return make_error(ErrorCode::storage_failed, "the disk is gone");
  };
  EXPECT_EQ(root_of(5, broken).error().code, ErrorCode::storage_failed);
  EXPECT_EQ(tree_of(5, broken).error().code, ErrorCode::storage_failed);
  EXPECT_EQ(prove_inclusion(3, 5, broken).error().code, ErrorCode::storage_failed);
  EXPECT_EQ(prove_consistency(3, 5, broken).error().code, ErrorCode::storage_failed);
  EXPECT_EQ(root_of(0, broken).value(), empty_root());
}

}  // namespace
}  // namespace strongroom::evidence
