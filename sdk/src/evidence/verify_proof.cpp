#include <strongroom/evidence/merkle.h>

#include <bit>

namespace strongroom::evidence {
namespace {

Error refused(std::string_view what) {
  return make_error(ErrorCode::tampered, std::string(what));
}

// The way from a node up to the root: `node` is its number in its level, `last` that of the level's last node.
struct Climb {
  std::uint64_t node;
  std::uint64_t last;

  void up() noexcept {
    node >>= 1;
    last >>= 1;
  }

  // Whether the next element of a proof stands to the left. Skips the levels in which the node has no sibling.
  bool sibling_is_left() noexcept {
    if ((node & 1) == 0 && node != last) return false;
    while ((node & 1) == 0 && node != 0) up();
    return true;
  }
};

}  // namespace

Status verify_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf, std::span<const Hash> proof,
                        const Hash& root) {
  if (index >= size) return make_error(ErrorCode::invalid_argument, "the entry is not in a tree of this size", "index");
  Climb climb{index, size - 1};
  Hash node = leaf;
  for (const Hash& element : proof) {
    if (climb.last == 0) return refused("the inclusion proof is too long");
    node = climb.sibling_is_left() ? node_hash(element, node) : node_hash(node, element);
    climb.up();
  }
  if (climb.last != 0) return refused("the inclusion proof is too short");
  if (node != root) return refused("the inclusion proof leads to another root");
  return {};
}

Status verify_consistency(std::uint64_t old_size, const Hash& old_root, std::uint64_t size, const Hash& root,
                          std::span<const Hash> proof) {
  if (old_size > size)
    return make_error(ErrorCode::invalid_argument, "the older tree is larger than the newer one", "old_size");
  if (old_size == 0 || old_size == size) {
    if (!proof.empty()) return refused("the consistency proof is too long");
    if (old_size == 0 && old_root != empty_root()) return refused("this is not the root of the empty tree");
    if (old_size == size && old_root != root) return refused("two roots for one size");
    return {};
  }
  // An older tree that is one complete subtree is the first element itself.
  const bool is_complete = std::has_single_bit(old_size);
  if (!is_complete && proof.empty()) return refused("the consistency proof is too short");
  Hash old_node = is_complete ? old_root : proof.front();
  Hash node = old_node;
  Climb climb{old_size - 1, size - 1};
  while ((climb.node & 1) != 0) climb.up();
  for (const Hash& element : is_complete ? proof : proof.subspan(1)) {
    if (climb.last == 0) return refused("the consistency proof is too long");
    if (climb.sibling_is_left()) {
      old_node = node_hash(element, old_node);
      node = node_hash(element, node);
    } else {
      node = node_hash(node, element);
    }
    climb.up();
  }
  if (climb.last != 0) return refused("the consistency proof is too short");
  if (old_node != old_root) return refused("the consistency proof leads to another older root");
  if (node != root) return refused("the consistency proof leads to another root");
  return {};
}

}  // namespace strongroom::evidence
