#include <strongroom/evidence/merkle.h>

#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/sdk/evidence/sample_log.h"

namespace strongroom::evidence {
namespace {

constexpr std::uint64_t k_largest = 130;
constexpr std::uint64_t k_few = 20;

using Proof = std::vector<Hash>;
using Verify = std::function<Status(const Proof&)>;

bool is_tampered(const Status& status) {
  return !status && status.error().code == ErrorCode::tampered;
}

// Calls `verify` with the proof after each smallest change: a bit of an element, an element gone, one added anywhere.
void expect_every_change_refused(const Proof& proof, const Verify& verify) {
  for (std::size_t i = 0; i < proof.size(); ++i) {
    Proof changed = proof;
    changed[i][i % 32] ^= 1;
    ASSERT_TRUE(is_tampered(verify(changed))) << "changed " << i;
    changed = proof;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
    ASSERT_TRUE(is_tampered(verify(changed))) << "without " << i;
  }
  for (std::size_t i = 0; i <= proof.size(); ++i) {
    Proof longer = proof;
    longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(i), i == 0 ? Hash{} : proof[i - 1]);
    ASSERT_TRUE(is_tampered(verify(longer))) << "added at " << i;
  }
}

// All a <= b below k_few.
void for_each_pair(const std::function<void(std::uint64_t, std::uint64_t)>& visit) {
  for (std::uint64_t b = 0; b < k_few; ++b)
    for (std::uint64_t a = 0; a <= b; ++a) visit(a, b);
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

// The hashes alone do not tell the place: the way is as long as index and size say, or the proof is none.
TEST(InclusionProof, IsAsLongAsItsPlaceSays) {
  const SampleLog log(k_few);
  for (std::uint64_t size = 1; size <= k_few; ++size)
    for (std::uint64_t index = 0; index < size; ++index) {
      const Proof proof = prove_inclusion(index, size, log.reader()).value();
      for_each_pair([&](std::uint64_t other_index, std::uint64_t last) {
        const std::uint64_t other_size = last + 1;
        if (prove_inclusion(other_index, other_size, log.reader()).value().size() == proof.size()) return;
        EXPECT_TRUE(is_tampered(verify_inclusion(other_index, other_size, log.leaf(index), proof, log.root(size))))
            << index << " of " << size << " as " << other_index << " of " << other_size;
      });
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
      ASSERT_TRUE(is_tampered(verify_consistency(old_size, forged, size, log.root(size), proof)));
      // Every tree begins with the empty one, whatever its root.
      if (old_size == 0) continue;
      ASSERT_TRUE(is_tampered(verify_consistency(old_size, log.root(old_size), size, forged, proof)));
    }
}

TEST(ConsistencyProof, IsAsLongAsItsSizesSay) {
  const SampleLog log(k_few);
  for (std::uint64_t size = 1; size <= k_few; ++size)
    for (std::uint64_t old_size = 1; old_size <= size; ++old_size) {
      const Proof proof = prove_consistency(old_size, size, log.reader()).value();
      for_each_pair([&](std::uint64_t other_old_size, std::uint64_t other_size) {
        if (prove_consistency(other_old_size, other_size, log.reader()).value().size() == proof.size()) return;
        EXPECT_TRUE(
            is_tampered(verify_consistency(other_old_size, log.root(old_size), other_size, log.root(size), proof)))
            << old_size << " in " << size << " as " << other_old_size << " in " << other_size;
      });
    }
}

TEST(ConsistencyProof, IsNeverOfALogThatShrank) {
  const SampleLog log(4);
  EXPECT_EQ(prove_consistency(4, 3, log.reader()).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(verify_consistency(4, log.root(4), 3, log.root(3), {}).error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace strongroom::evidence
