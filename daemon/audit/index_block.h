// What the index says of 256 entries: eight bytes each, and a head that tells whether they are worth a look.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <strongroom/base/bytes.h>
#include <strongroom/evidence/entry.h>
#include <strongroom/evidence/event.h>

#include "daemon/audit/block_offsets.h"

namespace strongroom::audit {

std::uint16_t action_tag(std::string_view action) noexcept;
std::uint8_t actor_tag(std::string_view actor) noexcept;
std::uint32_t object_tag(BytesView id) noexcept;

// Of one entry; all zeros when it is no event.
struct IndexRow {
  std::uint32_t object = 0;  // the first bytes of its id
  std::uint16_t action = 0;
  std::uint8_t actor = 0;
  std::uint8_t flags = 0;

  static constexpr std::uint8_t k_event = 1;
  static constexpr std::uint8_t k_denied = 2;
  static constexpr std::uint8_t k_many = 4;      // several objects, or none that is known
  static constexpr std::uint8_t k_record = 8;    // in a head only: an entry that is no event
  static constexpr std::uint8_t k_allowed = 16;  // likewise: an event that was not denied

  static IndexRow of(const evidence::Event& event) noexcept;
};

using IndexRows = std::array<IndexRow, k_block>;

// A set of tags: `contains` may be true for one that is not in it, never false for one that is (B. Bloom, CACM 1970).
template <std::size_t Bits>
class TagSet {
 public:
  void add(std::uint32_t tag) noexcept { bytes[tag % Bits / 8] |= static_cast<Byte>(1 << tag % 8); }

  bool contains(std::uint32_t tag) const noexcept { return (bytes[tag % Bits / 8] >> tag % 8 & 1) != 0; }

  std::array<Byte, Bits / 8> bytes{};
};

struct IndexHead {
  std::int64_t least_s = 0;  // of the entries' public times
  std::int64_t most_s = 0;
  std::uint64_t least_request = evidence::k_unknown;
  std::uint64_t most_request = 0;
  std::uint8_t flags = 0;  // what any of the rows has
  TagSet<256> actors;
  TagSet<256> actions;
  TagSet<2048> objects;  // two of each: 5 % of those that are not there are thought to be, with 256 objects

  void add(const IndexRow& row) noexcept;
  bool may_have_object(std::uint32_t tag) const noexcept;
};

inline constexpr std::size_t k_index_head = 4 * 8 + 1 + (256 + 256 + 2048) / 8;
inline constexpr std::size_t k_index_rows = k_block * 8;

// As they are sealed. Numbers are little-endian.
void encode(const IndexHead& head, std::array<Byte, k_index_head>& out) noexcept;
void decode(const std::array<Byte, k_index_head>& bytes, IndexHead& head) noexcept;
void encode(const IndexRows& rows, std::array<Byte, k_index_rows>& out) noexcept;
void decode(const std::array<Byte, k_index_rows>& bytes, IndexRows& rows) noexcept;

}  // namespace strongroom::audit
