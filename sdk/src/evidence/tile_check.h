// Whether what lies in a log's tile folder holds the hashes of its tree.
#pragma once

#include <array>
#include <filesystem>
#include <vector>

#include <strongroom/evidence/tiles.h>

#include "sdk/src/evidence/finding.h"

namespace strongroom::evidence {

// Follows a tree while it grows. Memory: the tiles of one number for each level.
class TileCheck {
 public:
  explicit TileCheck(std::filesystem::path log_folder) : folder_(std::move(log_folder)) {}

  // The hash of an archived entry, as its widest tile has it: take() then compares it with all that hold it. Errors:
  // not_found, corrupt.
  Result<Hash> leaf(std::uint64_t sequence);

  // The tree has finished a subtree: in what tile would hold its hash, at every width, is that hash. `covered`: the
  // size of the newest checkpoint, up to which full tiles have to be there; a missing one is noted only.
  MaybeFinding take(unsigned level, std::uint64_t index, const Hash& hash, std::uint64_t covered);

  // Whether the full tile that was taken last at this level is there.
  bool has_full(unsigned level) const noexcept;

  // The first full tile that should have been there.
  const MaybeFinding& missing() const noexcept { return missing_; }

  // Whether a tile holds hashes of entries that are not there.
  MaybeFinding check_rest(std::uint64_t entries) const;

 private:
  struct Tile {
    unsigned width = 0;
    std::string hashes;
  };

  struct Open {
    std::uint64_t number = ~std::uint64_t{0};
    std::vector<Tile> tiles;  // widest first
  };

  MaybeFinding open(unsigned level, std::uint64_t number);

  std::filesystem::path folder_;
  std::array<Open, 8> open_;
  MaybeFinding missing_;
};

}  // namespace strongroom::evidence
