#include "daemon/audit/index_block.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <strongroom/base/derive.h>

namespace strongroom::audit {
namespace {

std::uint64_t tag_of(std::string_view text) noexcept {
  Byte out[16];
  checksum("SRM/audit/tag/v1", {as_bytes(text)}, out);
  ByteReader reader({out, 8});
  return reader.u64();
}

template <class T>
void put_number(Byte*& at, T value) noexcept {
  for (std::size_t i = 0; i < sizeof value; ++i)
    *at++ = static_cast<Byte>(static_cast<std::uint64_t>(value) >> (8 * i));
}

}  // namespace

std::uint16_t action_tag(std::string_view action) noexcept {
  return static_cast<std::uint16_t>(tag_of(action));
}

std::uint8_t actor_tag(std::string_view actor) noexcept {
  return static_cast<std::uint8_t>(tag_of(actor));
}

std::uint32_t object_tag(BytesView id) noexcept {
  ByteReader reader(id);
  return reader.u32();
}

IndexRow IndexRow::of(const evidence::Event& event) noexcept {
  IndexRow row;
  row.flags = k_event;
  if (event.decision == evidence::Decision::denied) row.flags |= k_denied;
  if (event.objects.size() == evidence::k_object_size)
    row.object = object_tag(event.objects);
  else
    row.flags |= k_many;
  row.action = action_tag(event.action);
  row.actor = actor_tag(event.actor);
  return row;
}

void IndexHead::add(const IndexRow& row) noexcept {
  if ((row.flags & IndexRow::k_event) == 0) {
    flags |= IndexRow::k_record;
    return;
  }
  flags |= row.flags;
  if ((row.flags & IndexRow::k_denied) == 0) flags |= IndexRow::k_allowed;
  actors.add(row.actor);
  actions.add(row.action);
  if ((row.flags & IndexRow::k_many) != 0) return;
  objects.add(row.object);
  objects.add(row.object >> 16);
}

bool IndexHead::may_have_object(std::uint32_t tag) const noexcept {
  return (flags & IndexRow::k_many) != 0 || (objects.contains(tag) && objects.contains(tag >> 16));
}

void encode(const IndexHead& head, std::array<Byte, k_index_head>& out) noexcept {
  Byte* at = out.data();
  put_number(at, head.least_s);
  put_number(at, head.most_s);
  put_number(at, head.least_request);
  put_number(at, head.most_request);
  put_number(at, head.flags);
  at = std::ranges::copy(head.actors.bytes, at).out;
  at = std::ranges::copy(head.actions.bytes, at).out;
  std::ranges::copy(head.objects.bytes, at);
}

void decode(const std::array<Byte, k_index_head>& bytes, IndexHead& head) noexcept {
  ByteReader reader(bytes);
  head.least_s = reader.i64();
  head.most_s = reader.i64();
  head.least_request = reader.u64();
  head.most_request = reader.u64();
  head.flags = reader.u8();
  std::ranges::copy(reader.raw(head.actors.bytes.size()), head.actors.bytes.begin());
  std::ranges::copy(reader.raw(head.actions.bytes.size()), head.actions.bytes.begin());
  std::ranges::copy(reader.raw(head.objects.bytes.size()), head.objects.bytes.begin());
}

void encode(const IndexRows& rows, std::array<Byte, k_index_rows>& out) noexcept {
  Byte* at = out.data();
  for (const IndexRow& row : rows) {
    put_number(at, row.object);
    put_number(at, row.action);
    put_number(at, row.actor);
    put_number(at, row.flags);
  }
}

void decode(const std::array<Byte, k_index_rows>& bytes, IndexRows& rows) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    static_assert(sizeof rows == k_index_rows);
    std::memcpy(rows.data(), bytes.data(), sizeof rows);
    return;
  }
  ByteReader reader(bytes);
  for (IndexRow& row : rows) {
    row.object = reader.u32();
    row.action = reader.u16();
    row.actor = reader.u8();
    row.flags = reader.u8();
  }
}

}  // namespace strongroom::audit
