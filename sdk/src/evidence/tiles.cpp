#include <strongroom/evidence/tiles.h>

#include <algorithm>

namespace strongroom::evidence {

std::string tile_path(unsigned level, std::uint64_t index, unsigned width) {
  std::string digits = std::to_string(index);
  digits.insert(0, (3 - digits.size() % 3) % 3, '0');
  std::string path = "tile/" + std::to_string(level) + "/";
  for (std::size_t at = 0; at < digits.size(); at += 3) {
    const bool is_last = at + 3 == digits.size();
    if (!is_last) path += 'x';
    path += digits.substr(at, 3);
    if (!is_last) path += '/';
  }
  if (width != k_tile_width) path += ".p/" + std::to_string(width);
  return path;
}

Result<Hash> hash_in_tile(BytesView tile, unsigned height, std::uint64_t index) {
  constexpr std::size_t k_hash = std::tuple_size_v<Hash>;
  const std::size_t width = tile.size() / k_hash;
  if (tile.size() % k_hash != 0 || width > k_tile_width || height > k_tile_height)
    return make_error(ErrorCode::invalid_argument, "these are not the hashes of a tile");
  // Compared by division, for any index.
  if (index >= width >> height)
    return make_error(ErrorCode::invalid_argument, "the tile does not hold the whole subtree");
  std::array<Hash, k_tile_width> nodes;
  std::size_t count = std::size_t{1} << height;
  for (std::size_t i = 0; i < count; ++i)
    std::ranges::copy(tile.subspan(((index << height) + i) * k_hash, k_hash), nodes[i].begin());
  for (; count > 1; count /= 2)
    for (std::size_t i = 0; i < count / 2; ++i) nodes[i] = node_hash(nodes[2 * i], nodes[2 * i + 1]);
  return nodes[0];
}

}  // namespace strongroom::evidence
