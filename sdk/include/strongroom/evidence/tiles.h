// Tiles of hashes as C2SP tlog-tiles lays them out: 256 hashes each, the hashes of one tile being the leaves of a
// subtree of height 8. Functions keep no state and are thread-safe.
#pragma once

#include <cstddef>
#include <string>

#include <strongroom/evidence/merkle.h>

namespace strongroom::evidence {

constexpr unsigned k_tile_height = 8;
constexpr unsigned k_tile_width = 256;
constexpr std::size_t k_tile_bytes = 8192;

// Where a tile lies: "tile/0/x001/x234/067", and "tile/1/000.p/5" for one of 5 hashes. `level` is the tile's (0 holds
// leaf hashes) and at most 63, `width` 1 to 256.
std::string tile_path(unsigned level, std::uint64_t index, unsigned width);

// The root of the complete subtree of 2^height hashes of the tile that begins at its hash index << height. `tile` holds
// up to 256 hashes of 32 bytes; `invalid_argument` when it does not hold the whole subtree or height is above 8. At
// most 255 node hashes.
Result<Hash> hash_in_tile(BytesView tile, unsigned height, std::uint64_t index);

}  // namespace strongroom::evidence
