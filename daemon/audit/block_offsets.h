// Where every 256th entry of the log begins, so that an entry is found without reading what lies before it. Derived: it
// can be lost and is then made anew by reading.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <shared_mutex>
#include <vector>

namespace strongroom::audit {

inline constexpr std::uint64_t k_block = 256;  // entries

// Thread-safe.
class BlockOffsets {
 public:
  // Reads what there is; nothing when there is nothing or it is damaged.
  explicit BlockOffsets(std::filesystem::path file);
  ~BlockOffsets();
  BlockOffsets(const BlockOffsets&) = delete;
  BlockOffsets& operator=(const BlockOffsets&) = delete;

  // In its segment; nothing when it is not known.
  std::optional<std::uint64_t> find(std::uint64_t block) const;
  // Blocks are noted in order, from any on. A failure to write is no failure: it costs time later.
  void note(std::uint64_t block, std::uint64_t offset);
  // Forgets what is said of this block and those behind it.
  void forget_from(std::uint64_t block);

 private:
  mutable std::shared_mutex mutex_;
  int descriptor_ = -1;
  std::vector<std::uint64_t> offsets_;  // 0: not known
};

}  // namespace strongroom::audit
