// What queries look up, so that they open only the events they show: for each 256 entries a head and their rows
// (index_block.h), each sealed for itself, because most heads tell that the rows need not be read. Derived: it is
// written behind, and made anew from the log when it is gone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>

#include <strongroom/base/result.h>

#include "daemon/audit/event_reader.h"
#include "daemon/audit/index_block.h"

namespace strongroom::audit {

// One thread at a time.
class EventIndex {
 public:
  explicit EventIndex(const std::filesystem::path& log_folder);
  ~EventIndex();
  EventIndex(const EventIndex&) = delete;
  EventIndex& operator=(const EventIndex&) = delete;

  // Reads what is new, up to the last whole block before `end`. Errors of the reader.
  Status catch_up(EventReader& reader, std::uint64_t first, std::uint64_t end, BytesView key);

  // False when it is not there or does not open: then the block has to be read.
  bool find(std::uint64_t block, BytesView key, IndexHead& found) const;
  bool find(std::uint64_t block, BytesView key, IndexRows& found) const;

  // This block and those behind it have to be read again.
  void forget_from(std::uint64_t block) noexcept { blocks_ = std::min(blocks_, block); }

  // Blocks from the first on that are there.
  std::uint64_t blocks() const noexcept { return blocks_; }

 private:
  void put(std::uint64_t block, const IndexHead& head, const IndexRows& rows, BytesView key);

  int descriptor_ = -1;
  std::uint64_t blocks_ = 0;
};

}  // namespace strongroom::audit
