#include <strongroom/evidence/tiled_tree.h>

#include <algorithm>

namespace strongroom::evidence {
namespace {

const std::vector<Hash> k_nothing;

// How many hashes of a tile level a tree of `size` entries has.
std::uint64_t hashes_at(unsigned level, std::uint64_t size) noexcept {
  return level >= 8 ? 0 : size >> (8 * level);
}

// The root of a complete subtree from its leaves, in place.
Hash fold(std::vector<Hash> hashes) {
  while (hashes.size() > 1) {
    for (std::size_t i = 0; i + 1 < hashes.size(); i += 2) hashes[i / 2] = node_hash(hashes[i], hashes[i + 1]);
    hashes.resize(hashes.size() / 2);
  }
  return hashes.front();
}

Bytes bytes_of(const std::vector<Hash>& hashes) {
  Bytes tile;
  tile.reserve(hashes.size() * 32);
  for (const Hash& hash : hashes) tile.insert(tile.end(), hash.begin(), hash.end());
  return tile;
}

}  // namespace

const std::vector<Hash>& TiledTree::edge(unsigned level) const noexcept {
  return level < edge_.size() ? edge_[level] : k_nothing;
}

Status TiledTree::restore(std::uint64_t size, std::vector<std::vector<Hash>> edge) {
  for (unsigned level = 0; level < 8; ++level) {
    const std::size_t held = level < edge.size() ? edge[level].size() : 0;
    if (held != hashes_at(level, size) % k_tile_width)
      return make_error(ErrorCode::corrupt, "the edge of the tree does not fit its size");
  }
  edge_ = std::move(edge);
  STRONGROOM_ASSIGN(compact_,
                    tree_of(size, [&](unsigned level, std::uint64_t index) { return find(level, index, size); }));
  return {};
}

// Every tile that becomes full is kept before the tree grows.
Status TiledTree::append(const Hash& leaf) {
  Hash hash = leaf;
  unsigned level = 0;
  for (; level < edge_.size() && edge_[level].size() + 1 == k_tile_width; ++level) {
    std::vector<Hash> tile = edge_[level];
    tile.push_back(hash);
    STRONGROOM_CHECK(full_(level, hashes_at(level, size() + 1) / k_tile_width - 1, bytes_of(tile)));
    hash = fold(tile);
  }
  compact_.append(leaf);
  if (edge_.size() <= level) edge_.resize(level + 1);
  for (unsigned below = 0; below < level; ++below) edge_[below].clear();
  edge_[level].push_back(hash);
  return {};
}

Result<Hash> TiledTree::hash(unsigned level, std::uint64_t index) const {
  return find(level, index, size());
}

Result<Hash> TiledTree::find(unsigned level, std::uint64_t index, std::uint64_t size) const {
  const unsigned tile = level / 8;
  const unsigned height = level % 8;
  const std::uint64_t first = index << height;
  const std::uint64_t width = std::uint64_t{1} << height;
  if (first + width > hashes_at(tile, size))
    return make_error(ErrorCode::invalid_argument, "the tree has no such complete part");
  const auto& held = edge(tile);
  const std::uint64_t begins = hashes_at(tile, size) - held.size();
  if (first >= begins) {
    const auto from = held.begin() + static_cast<std::ptrdiff_t>(first - begins);
    return fold({from, from + static_cast<std::ptrdiff_t>(width)});
  }
  const std::uint64_t wanted = first / k_tile_width;
  if (cached_index_ != wanted || cached_level_ != tile || cached_.empty()) {
    STRONGROOM_ASSIGN(cached_, read_(tile, wanted));
    if (cached_.size() != k_tile_bytes) return make_error(ErrorCode::corrupt, "a tile has a wrong size");
    cached_level_ = tile;
    cached_index_ = wanted;
  }
  return hash_in_tile(cached_, height, (first % k_tile_width) >> height);
}

}  // namespace strongroom::evidence
