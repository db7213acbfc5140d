#include "daemon/backups/row_codec.h"

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

// How many bytes the first row has; 0 when it is not complete.
Result<std::size_t> RowParser::take_row(BytesView bytes) {
  std::size_t need = k_collection + k_length;
  if (bytes.size() < need) return std::size_t{0};
  const std::size_t key_size = length_at(bytes, k_collection);
  if (key_size == 0 || key_size > store::k_max_key) return damaged();
  const std::size_t value_at = need + key_size + k_version;
  need = value_at + k_length;
  if (bytes.size() < need) return std::size_t{0};
  const std::size_t value_size = length_at(bytes, value_at);
  if (value_size > store::k_max_value) return damaged();
  need += value_size;
  if (bytes.size() < need) return std::size_t{0};
  ByteReader reader(bytes.first(need));
  const std::uint32_t collection = reader.u32();
  const BytesView key = reader.bytes(store::k_max_key);
  const std::uint64_t version = reader.u64();
  const BytesView value = reader.bytes(store::k_max_value);
  STRONGROOM_CHECK(take_(collection, key, {version, value}));
  ++rows_;
  return need;
}

// Whole rows are taken from where they lie; only one that is cut is kept.
Status RowParser::feed(BytesView piece) {
  Bytes joined;
  if (!held_.empty()) {
    held_.insert(held_.end(), piece.begin(), piece.end());
    joined.swap(held_);
    piece = joined;
  }
  for (;;) {
    STRONGROOM_ASSIGN(const std::size_t size, take_row(piece));
    if (size == 0) break;
    piece = piece.subspan(size);
  }
  held_.assign(piece.begin(), piece.end());
  return {};
}

}  // namespace strongroom::backups
