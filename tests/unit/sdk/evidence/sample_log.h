// A log of numbered entries, with the tree head written down as RFC 6962 defines it and nothing of ours.
#pragma once

#include <bit>
#include <string>
#include <vector>

#include <strongroom/evidence/merkle.h>

namespace strongroom::evidence {

class SampleLog {
 public:
  explicit SampleLog(std::uint64_t size) {
    levels_.emplace_back();
    for (std::uint64_t i = 0; i < size; ++i) levels_[0].push_back(leaf_hash(as_bytes(entry(i))));
    while (levels_.back().size() > 1) {
      const auto& below = levels_.back();
      std::vector<Hash> level;
      for (std::size_t i = 0; i + 1 < below.size(); i += 2) level.push_back(node_hash(below[i], below[i + 1]));
      levels_.push_back(std::move(level));
    }
  }

  static std::string entry(std::uint64_t index) { return "entry " + std::to_string(index); }

  const Hash& leaf(std::uint64_t index) const { return levels_.at(0).at(index); }

  // Only complete subtrees can be read, so that a reader of others fails.
  HashReader reader() const {
    return [this](unsigned level, std::uint64_t index) -> Result<Hash> {
      if (level >= levels_.size() || index >= levels_[level].size())
        return make_error(ErrorCode::not_found, "no such subtree");
      return levels_[level][index];
    };
  }

  // MTH of RFC 6962, section 2.1, of the leaves from `start` on.
  Hash root(std::uint64_t count, std::uint64_t start = 0) const {
    if (count == 0) return empty_root();
    if (count == 1) return leaf(start);
    const std::uint64_t left = std::bit_floor(count - 1);
    return node_hash(root(left, start), root(count - left, start + left));
  }

 private:
  std::vector<std::vector<Hash>> levels_;
};

}  // namespace strongroom::evidence
