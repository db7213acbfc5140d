// The log's tree with what is needed to prove anything about it: the hashes of its right edge in memory, all others in
// tiles (C2SP tlog-tiles) that are kept elsewhere.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>
#include <strongroom/evidence/merkle.h>
#include <strongroom/evidence/tiles.h>

namespace strongroom::evidence {

// Not thread-safe. Memory: at most 255 hashes for each of the (at most eight) levels of tiles.
class TiledTree {
 public:
  // Takes a tile that is about to become full, perhaps more than once; when it fails the tree is as it was.
  using Full = std::function<Status(unsigned level, std::uint64_t index, BytesView tile)>;
  // Reads a full tile back.
  using Read = std::function<Result<Bytes>(unsigned level, std::uint64_t index)>;

  // Empty.
  TiledTree(Full full, Read read) : full_(std::move(full)), read_(std::move(read)) {}

  // A tree of the first `size` entries: `edge[level]` holds the hashes of the level that are in no full tile.
  // Error: corrupt (the numbers of hashes do not fit).
  Status restore(std::uint64_t size, std::vector<std::vector<Hash>> edge);

  // Error: that of Full; the leaf is then not in the tree.
  Status append(const Hash& leaf);

  std::uint64_t size() const noexcept { return compact_.size(); }

  Hash root() const { return compact_.root(); }

  const CompactTree& compact() const noexcept { return compact_; }

  // The hash of a complete subtree. Errors: invalid_argument (it is not complete), those of Read.
  Result<Hash> hash(unsigned level, std::uint64_t index) const;

  HashReader reader() const {
    return [this](unsigned level, std::uint64_t index) { return hash(level, index); };
  }

  // The hashes of a level of tiles that are in no full tile yet.
  const std::vector<Hash>& edge(unsigned level) const noexcept;

  unsigned levels() const noexcept { return static_cast<unsigned>(edge_.size()); }

 private:
  Result<Hash> find(unsigned level, std::uint64_t index, std::uint64_t size) const;

  Full full_;
  Read read_;
  CompactTree compact_;
  std::vector<std::vector<Hash>> edge_;
  mutable Bytes cached_;  // the tile read last
  mutable unsigned cached_level_ = 0;
  mutable std::uint64_t cached_index_ = ~std::uint64_t{0};
};

}  // namespace strongroom::evidence
