#include "daemon/backups/row_codec.h"

#include <algorithm>

namespace strongroom::backups {
namespace {

constexpr std::size_t k_collection = 4;
constexpr std::size_t k_length = 4;
constexpr std::size_t k_version = 8;

std::size_t length_at(BytesView bytes, std::size_t at) {
  return ByteReader(bytes.subspan(at, k_length)).u32();
}

Error damaged() {
  return make_error(ErrorCode::corrupt, "a row of the backup is damaged");
}

}  // namespace

void append_row(Bytes& out, std::uint32_t collection, BytesView key, const store::RowView& row) {
  ByteWriter writer(out);
  writer.u32(collection);
  writer.bytes(key);
  writer.u64(row.version);
  writer.bytes(row.bytes);
}

namespace {

// How many bytes the row has of which `bytes` is the beginning, as far as they tell: it is whole when they are as many.
Result<std::size_t> needed(BytesView bytes) {
  const std::size_t key_at = k_collection + k_length;
  if (bytes.size() < key_at) return key_at;
  const std::size_t key_size = length_at(bytes, k_collection);
  if (key_size == 0 || key_size > store::k_max_key) return damaged();
  const std::size_t length_of_value_at = key_at + key_size + k_version;
  const std::size_t value_at = length_of_value_at + k_length;
  if (bytes.size() < value_at) return value_at;
  const std::size_t value_size = length_at(bytes, length_of_value_at);
  if (value_size > store::k_max_value) return damaged();
  return value_at + value_size;
}

}  // namespace

Status RowParser::take_row(BytesView bytes) {
  ByteReader reader(bytes);
  const std::uint32_t collection = reader.u32();
  const BytesView key = reader.bytes(store::k_max_key);
  const std::uint64_t version = reader.u64();
  const BytesView value = reader.bytes(store::k_max_value);
  STRONGROOM_CHECK(take_(collection, key, {version, value}));
  ++rows_;
  return {};
}

// Whole rows are taken from where they lie; only one that is cut is kept, and of what follows no more than it lacks.
Status RowParser::feed(BytesView piece) {
  while (!piece.empty()) {
    STRONGROOM_ASSIGN(const std::size_t size, needed(held_.empty() ? piece : BytesView(held_)));
    if (held_.empty() && piece.size() >= size) {
      STRONGROOM_CHECK(take_row(piece.first(size)));
      piece = piece.subspan(size);
      continue;
    }
    const std::size_t wanted = std::min(size - held_.size(), piece.size());
    held_.insert(held_.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(wanted));
    piece = piece.subspan(wanted);
    STRONGROOM_ASSIGN(const std::size_t now, needed(held_));
    if (held_.size() < now) continue;
    STRONGROOM_CHECK(take_row(held_));
    held_.clear();
  }
  return {};
}

}  // namespace strongroom::backups
