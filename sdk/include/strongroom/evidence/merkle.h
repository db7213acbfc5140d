// The Merkle tree of RFC 6962, section 2.1, over SHA-256: hashes, roots, proofs and their verification.
//
// Proofs are made as in RFC 6962, sections 2.1.1 and 2.1.2, and verified by the algorithms of RFC 9162,
// sections 2.1.3.2 and 2.1.4.2, which share no code with what makes them. Functions keep no state and are thread-safe;
// a CompactTree is for one thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <strongroom/base/bytes.h>

namespace strongroom::evidence {

using Hash = std::array<Byte, 32>;

// SHA-256(0x00 || entry).
Hash leaf_hash(BytesView entry) noexcept;
// SHA-256(0x01 || left || right).
Hash node_hash(const Hash& left, const Hash& right) noexcept;
// SHA-256 of nothing: the root of a tree without leaves.
Hash empty_root() noexcept;

// A tree that only grows, kept as the roots of its complete subtrees ("peaks"): at most 64 hashes, whatever its size.
class CompactTree {
 public:
  // Adds one leaf. Amortised one node hash; allocates at most once for each doubling of the size.
  void append(const Hash& leaf);

  std::uint64_t size() const noexcept { return size_; }

  // The RFC 6962 tree head. At most 63 node hashes.
  Hash root() const noexcept;

  // Largest subtree first; one for each bit of size() that is set.
  const std::vector<Hash>& peaks() const noexcept { return peaks_; }

  // The tree that has these peaks; `invalid_argument` when their number does not fit the size.
  static Result<CompactTree> from_peaks(std::uint64_t size, std::vector<Hash> peaks);

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> peaks_;
};

// Reads the hash of the complete subtree of 2^level leaves that begins at leaf index << level. The functions below ask
// for such subtrees of the tree only, and return its error as it is.
using HashReader = std::function<Result<Hash>(unsigned level, std::uint64_t index)>;

// The tree head of the first `size` leaves. Reads one hash for each bit of `size` that is set.
Result<Hash> root_of(std::uint64_t size, const HashReader& read);
// The same as a tree that can grow.
Result<CompactTree> tree_of(std::uint64_t size, const HashReader& read);

// The path from the leaf's sibling up to the root's child. `invalid_argument` unless index < size.
Result<std::vector<Hash>> prove_inclusion(std::uint64_t index, std::uint64_t size, const HashReader& read);
// Empty when old_size is 0 or equal to size; `invalid_argument` when it is greater.
Result<std::vector<Hash>> prove_consistency(std::uint64_t old_size, std::uint64_t size, const HashReader& read);

// Verification believes sizes and roots: they come from a signed checkpoint. A proof alone does not tell sizes apart
// whose trees have the same way from leaf to root.
//
// Whether `leaf` (a leaf hash) stands at `index` of the tree of `size` leaves with this root: `tampered` when the proof
// says otherwise or has an element too few or too many, `invalid_argument` unless index < size.
Status verify_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf, std::span<const Hash> proof,
                        const Hash& root);
// Whether the tree of `old_size` leaves is a prefix of the tree of `size` leaves: `tampered` when the proof says
// otherwise or has an element too few or too many, `invalid_argument` when old_size > size. The empty tree is a prefix
// of every tree, with an empty proof and empty_root() as its root.
Status verify_consistency(std::uint64_t old_size, const Hash& old_root, std::uint64_t size, const Hash& root,
                          std::span<const Hash> proof);

}  // namespace strongroom::evidence
