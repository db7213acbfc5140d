#include <strongroom/evidence/merkle.h>

#include <algorithm>
#include <bit>
#include <ranges>
#include <utility>

#include "sdk/src/evidence/sha256.h"

namespace strongroom::evidence {
namespace {

Hash hash_after(Byte prefix, BytesView first, BytesView second) noexcept {
  Sha256 hash;
  hash.add({&prefix, 1});
  hash.add(first);
  hash.add(second);
  return hash.finish();
}

Hash folded(std::span<const Hash> peaks) noexcept {
  if (peaks.empty()) return empty_root();
  Hash node = peaks.back();
  for (const Hash& peak : peaks.first(peaks.size() - 1) | std::views::reverse) node = node_hash(peak, node);
  return node;
}

// The peaks of the `count` leaves from `start` on, where `start` is a multiple of the largest of these subtrees.
Result<std::vector<Hash>> peaks_of(std::uint64_t start, std::uint64_t count, const HashReader& read) {
  std::vector<Hash> peaks;
  peaks.reserve(static_cast<std::size_t>(std::popcount(count)));
  while (count != 0) {
    const std::uint64_t width = std::bit_floor(count);
    const auto level = static_cast<unsigned>(std::countr_zero(width));
    STRONGROOM_ASSIGN(const Hash peak, read(level, start >> level));
    peaks.push_back(peak);
    start += width;
    count -= width;
  }
  return peaks;
}

Result<Hash> root_between(std::uint64_t start, std::uint64_t count, const HashReader& read) {
  STRONGROOM_ASSIGN(const std::vector<Hash> peaks, peaks_of(start, count, read));
  return folded(peaks);
}

// A subtree on the way from the root down to what is proved.
struct Range {
  std::uint64_t start;
  std::uint64_t count;

  std::uint64_t left_width() const noexcept { return std::bit_floor(count - 1); }

  Range left() const noexcept { return {start, left_width()}; }

  Range right() const noexcept { return {start + left_width(), count - left_width()}; }
};

Result<Hash> root_between(Range range, const HashReader& read) {
  return root_between(range.start, range.count, read);
}

}  // namespace

Hash leaf_hash(BytesView entry) noexcept {
  return hash_after(0, entry, {});
}

Hash node_hash(const Hash& left, const Hash& right) noexcept {
  return hash_after(1, left, right);
}

Hash empty_root() noexcept {
  return Sha256().finish();
}

void CompactTree::append(const Hash& leaf) {
  Hash node = leaf;
  for (std::uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
    node = node_hash(peaks_.back(), node);
    peaks_.pop_back();
  }
  peaks_.push_back(node);
  ++size_;
}

Hash CompactTree::root() const noexcept {
  return folded(peaks_);
}

Result<CompactTree> CompactTree::from_peaks(std::uint64_t size, std::vector<Hash> peaks) {
  if (peaks.size() != static_cast<std::size_t>(std::popcount(size)))
    return make_error(ErrorCode::invalid_argument, "the number of peaks does not fit the size of the tree");
  CompactTree tree;
  tree.size_ = size;
  tree.peaks_ = std::move(peaks);
  return tree;
}

Result<Hash> root_of(std::uint64_t size, const HashReader& read) {
  return root_between(0, size, read);
}

Result<CompactTree> tree_of(std::uint64_t size, const HashReader& read) {
  STRONGROOM_ASSIGN(std::vector<Hash> peaks, peaks_of(0, size, read));
  return CompactTree::from_peaks(size, std::move(peaks));
}

Result<std::vector<Hash>> prove_inclusion(std::uint64_t index, std::uint64_t size, const HashReader& read) {
  if (index >= size) return make_error(ErrorCode::invalid_argument, "the entry is not in a tree of this size", "index");
  std::vector<Hash> proof;
  Range range{0, size};
  while (range.count > 1) {
    const bool is_left = index < range.right().start;
    STRONGROOM_ASSIGN(const Hash sibling, root_between(is_left ? range.right() : range.left(), read));
    proof.push_back(sibling);
    range = is_left ? range.left() : range.right();
  }
  std::ranges::reverse(proof);
  return proof;
}

Result<std::vector<Hash>> prove_consistency(std::uint64_t old_size, std::uint64_t size, const HashReader& read) {
  if (old_size > size)
    return make_error(ErrorCode::invalid_argument, "the older tree is larger than the newer one", "old_size");
  std::vector<Hash> proof;
  if (old_size == 0 || old_size == size) return proof;
  Range range{0, size};
  while (range.start + range.count != old_size) {
    const bool is_left = old_size <= range.right().start;
    STRONGROOM_ASSIGN(const Hash sibling, root_between(is_left ? range.right() : range.left(), read));
    proof.push_back(sibling);
    range = is_left ? range.left() : range.right();
  }
  // The verifier knows this subtree's root already when it is the whole older tree.
  if (range.start != 0) {
    STRONGROOM_ASSIGN(const Hash seed, root_between(range, read));
    proof.push_back(seed);
  }
  std::ranges::reverse(proof);
  return proof;
}

}  // namespace strongroom::evidence
