// What is known of an archived prefix of a log (docs/audit-format.md, archive.json), and the tree behind it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <strongroom/base/result.h>
#include <strongroom/evidence/merkle.h>
#include <strongroom/evidence/tiled_tree.h>

namespace strongroom::evidence {

struct Archive {
  std::uint64_t size = 0;            // how many entries are archived
  std::vector<Hash> peaks;           // of the tree of that size, largest first
  std::vector<Bytes> epoch_records;  // all among them, oldest first
};

// Errors: not_found (nothing is archived), corrupt, storage_failed.
Result<Archive> read_archive(const std::filesystem::path& log_folder);
std::string encode(const Archive& archive);

// Gives an empty tree its first `size` entries from the tiles of the folder: the hashes that are in no full tile come
// from partial tiles. Errors: not_found (a tile is missing), corrupt, storage_failed.
Status restore_tree(TiledTree& tree, const std::filesystem::path& log_folder, std::uint64_t size);

}  // namespace strongroom::evidence
