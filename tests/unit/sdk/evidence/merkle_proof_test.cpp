#include <strongroom/evidence/merkle.h>

#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/sdk/evidence/sample_log.h"

namespace strongroom::evidence {
namespace {

constexpr std::uint64_t k_largest = 130;

using Proof = std::vector<Hash>;
using Verify = std::function<Status(const Proof&)>;

// Calls `verify` with the proof after each smallest change: a bit of an element, an element gone, one added anywhere.
void expect_every_change_refused(const Proof& proof, const Verify& verify) {
  for (std::size_t i = 0; i < proof.size(); ++i) {
    Proof changed = proof;
    changed[i][i % 32] ^= 1;
    ASSERT_EQ(verify(changed).error().code, ErrorCode::tampered) << "changed " << i;
    changed = proof;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
    ASSERT_EQ(verify(changed).error().code, ErrorCode::tampered) << "without " << i;
  }
  for (std::size_t i = 0; i <= proof.size(); ++i) {
    Proof longer = proof;
    longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(i), i == 0 ? Hash{} : proof[i - 1]);
    ASSERT_EQ(verify(longer).error().code, ErrorCode::tampered) << "added at " << i;
  }
}

TEST(InclusionProof, HoldsForEveryEntryOfEverySize) {
  const SampleLog log(k_largest);
  for (std::uint64_t size = 1; size <= k_largest; ++size) {
    const Hash root = log.root(size);
    for (std::uint64_t index = 0; index < size; ++index) {
      const Proof proof = prove_inclusion(index, size, log.reader()).value();
      ASSERT_TRUE(verify_inclusion(index, size, log.leaf(index), proof, root)) << index << " of " << size;
    }
  }
}

TEST(InclusionProof, IsRefusedAfterEveryChange) {
  const SampleLog log(k_largest);
  for (std::uint64_t size = 1; size <= k_largest; ++size) {
    const Hash root = log.root(size);
    for (std::uint64_t index = 0; index < size; ++index) {
      const Proof proof = prove_inclusion(index, size, log.reader()).value();
      SCOPED_TRACE(std::to_string(index) + " of " + std::to_string(size));
      ASSERT_NO_FATAL_FAILURE(expect_every_change_refused(
          proof, [&](const Proof& other) { return verify_inclusion(index, size, log.leaf(index), other, root); }));
    }
  }
}

TEST(InclusionProof, IsOfOneEntryOneIndexAndOneTree) {
  const SampleLog log(k_largest);
  for (std::uint64_t size = 2; size <= k_largest; ++size) {
    const Hash root = log.root(size);
    for (std::uint64_t index = 0; index < size; ++index) {
      const Proof proof = prove_inclusion(index, size, log.reader()).value();
      const std::uint64_t other = (index + 1) % size;
      ASSERT_FALSE(verify_inclusion(index, size, log.leaf(other), proof, root));
      ASSERT_FALSE(verify_inclusion(other, size, log.leaf(index), proof, root));
      ASSERT_FALSE(verify_inclusion(index, size, log.leaf(index), proof, log.root(size - 1)));
    }
  }
}

TEST(InclusionProof, IsNeverOfWhatIsNotInTheTree) {
  const SampleLog log(4);
  EXPECT_EQ(prove_inclusion(4, 4, log.reader()).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(prove_inclusion(0, 0, log.reader()).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(verify_inclusion(4, 4, log.leaf(3), {}, log.root(4)).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(verify_inclusion(0, 0, log.leaf(0), {}, empty_root()).error().code, ErrorCode::invalid_argument);
}

TEST(ConsistencyProof, HoldsForEveryTwoSizes) {
  const SampleLog log(k_largest);
  for (std::uint64_t size = 0; size <= k_largest; ++size)
    for (std::uint64_t old_size = 0; old_size <= size; ++old_size) {
      const Proof proof = prove_consistency(old_size, size, log.reader()).value();
      ASSERT_TRUE(verify_consistency(old_size, log.root(old_size), size, log.root(size), proof))
          << old_size << " in " << size;
    }
}

TEST(ConsistencyProof, IsRefusedAfterEveryChange) {
  const SampleLog log(k_largest);
  for (std::uint64_t size = 0; size <= k_largest; ++size)
    for (std::uint64_t old_size = 0; old_size <= size; ++old_size) {
      const Proof proof = prove_consistency(old_size, size, log.reader()).value();
      const Hash old_root = log.root(old_size);
      const Hash root = log.root(size);
      SCOPED_TRACE(std::to_string(old_size) + " in " + std::to_string(size));
      ASSERT_NO_FATAL_FAILURE(expect_every_change_refused(
          proof, [&](const Proof& other) { return verify_consistency(old_size, old_root, size, root, other); }));
    }
}

TEST(ConsistencyProof, IsOfTwoTreesAndNoOthers) {
  const SampleLog log(k_largest);
  Hash forged = log.root(5);
  forged[31] ^= 0x80;
  for (std::uint64_t size = 1; size <= k_largest; ++size)
    for (std::uint64_t old_size = 0; old_size <= size; ++old_size) {
      const Proof proof = prove_consistency(old_size, size, log.reader()).value();
      ASSERT_EQ(verify_consistency(old_size, forged, size, log.root(size), proof).error().code, ErrorCode::tampered);
      // Every tree begins with the empty one, whatever its root.
      if (old_size == 0) continue;
      ASSERT_EQ(verify_consistency(old_size, log.root(old_size), size, forged, proof).error().code,
                ErrorCode::tampered);
    }
}

TEST(ConsistencyProof, IsNeverOfALogThatShrank) {
  const SampleLog log(4);
  EXPECT_EQ(prove_consistency(4, 3, log.reader()).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(verify_consistency(4, log.root(4), 3, log.root(3), {}).error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace strongroom::evidence
