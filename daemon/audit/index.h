// What queries look up, so that they open only the events they show: for each 256 entries one sealed record with their
// times, requests, and eight bytes an entry. Derived: it is written behind, and made anew from the log when it is gone.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include <strongroom/base/result.h>
#include <strongroom/evidence/event.h>

#include "daemon/audit/block_offsets.h"
#include "daemon/audit/event_reader.h"

namespace strongroom::audit {

// Of one entry; all zeros when it is no event.
struct IndexRow {
  std::uint32_t object = 0;  // the first bytes of its id
  std::uint16_t action = 0;
  std::uint8_t actor = 0;
  std::uint8_t flags = 0;

  static constexpr std::uint8_t k_event = 1;
  static constexpr std::uint8_t k_denied = 2;
  static constexpr std::uint8_t k_many = 4;  // several objects, or none that is known

  static IndexRow of(const evidence::Event& event) noexcept;
};

std::uint16_t action_tag(std::string_view action) noexcept;
std::uint8_t actor_tag(std::string_view actor) noexcept;
std::uint32_t object_tag(BytesView id) noexcept;

struct IndexBlock {
  std::int64_t least_s = 0;  // of the entries' public times
  std::int64_t most_s = 0;
  std::uint64_t least_request = evidence::k_unknown;
  std::uint64_t most_request = 0;
  std::array<IndexRow, k_block> rows{};
};

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
  bool find(std::uint64_t block, BytesView key, IndexBlock& found) const;

  // This block and those behind it have to be read again.
  void forget_from(std::uint64_t block) noexcept { blocks_ = std::min(blocks_, block); }

  // Blocks from the first on that are there.
  std::uint64_t blocks() const noexcept { return blocks_; }

 private:
  void put(std::uint64_t block, const IndexBlock& content, BytesView key);

  int descriptor_ = -1;
  std::uint64_t blocks_ = 0;
};

}  // namespace strongroom::audit
