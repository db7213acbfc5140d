#include "daemon/plugin_seam/storage_calls.h"

namespace strongroom::plugin_seam {
namespace {

Error malformed() {
  return make_error(ErrorCode::malformed, "a message between the daemon and a storage's process is malformed");
}

BytesView view(sr_bytes bytes) {
  return {bytes.data, static_cast<std::size_t>(bytes.size)};
}

sr_bytes abi(BytesView bytes) {
  return {bytes.data(), bytes.size()};
}

sr_row_key read_key(ByteReader& reader) {
  sr_row_key key{};
  key.collection = reader.u32();
  key.scope = abi(reader.bytes(SR_STORAGE_MAX_SCOPE));
  key.key = abi(reader.bytes(SR_STORAGE_MAX_KEY));
  return key;
}

sr_range read_range(ByteReader& reader) {
  sr_range range{};
  range.collection = reader.u32();
  range.limit = reader.u32();
  range.flags = reader.u32();
  range.scope = abi(reader.bytes(SR_STORAGE_MAX_SCOPE));
  range.first = abi(reader.bytes(SR_STORAGE_MAX_KEY + 1));
  range.last = abi(reader.bytes(SR_STORAGE_MAX_KEY + 1));
  return range;
}

}  // namespace

void OperationWriter::key(const sr_row_key& key) {
  writer_.u32(key.collection);
  writer_.bytes(view(key.scope));
  writer_.bytes(view(key.key));
}

void OperationWriter::begin(std::uint32_t flags, const sr_bytes* scopes, std::uint32_t count) {
  simple(Operation::begin);
  writer_.u32(flags);
  writer_.u32(count);
  for (std::uint32_t i = 0; i < count; ++i) writer_.bytes(view(scopes[i]));
}

void OperationWriter::get(const sr_row_key& wanted) {
  simple(Operation::get);
  key(wanted);
}

void OperationWriter::scan(const sr_range& range) {
  simple(Operation::scan);
  writer_.u32(range.collection);
  writer_.u32(range.limit);
  writer_.u32(range.flags);
  writer_.bytes(view(range.scope));
  writer_.bytes(view(range.first));
  writer_.bytes(view(range.last));
}

void OperationWriter::put(const sr_row_key& row, std::uint64_t version, sr_bytes value) {
  simple(Operation::put);
  key(row);
  writer_.u64(version);
  writer_.bytes(view(value));
}

void OperationWriter::put_if(const sr_row_key& row, std::uint64_t expected, std::uint64_t version, sr_bytes value) {
  simple(Operation::put_if);
  key(row);
  writer_.u64(expected);
  writer_.u64(version);
  writer_.bytes(view(value));
}

void OperationWriter::erase(const sr_row_key& row) {
  simple(Operation::erase);
  key(row);
}

void OperationWriter::commit(std::uint64_t mark) {
  simple(Operation::commit);
  writer_.u64(mark);
}

Result<ReadOperation> read_operation(ByteReader& reader) {
  ReadOperation out;
  out.operation = static_cast<Operation>(reader.u8());
  switch (out.operation) {
    case Operation::begin: {
      out.flags = reader.u32();
      const std::uint32_t count = reader.u32();
      if (count > SR_STORAGE_MAX_SCOPES) return malformed();
      for (std::uint32_t i = 0; i < count; ++i) out.scopes.push_back(abi(reader.bytes(SR_STORAGE_MAX_SCOPE)));
      break;
    }
    case Operation::put_if:
      out.key = read_key(reader);
      out.expected = reader.u64();
      out.version = reader.u64();
      out.value = abi(reader.bytes(SR_STORAGE_MAX_VALUE));
      break;
    case Operation::put:
      out.key = read_key(reader);
      out.version = reader.u64();
      out.value = abi(reader.bytes(SR_STORAGE_MAX_VALUE));
      break;
    case Operation::get:
    case Operation::erase:
      out.key = read_key(reader);
      break;
    case Operation::scan:
      out.range = read_range(reader);
      break;
    case Operation::commit:
      out.expected = reader.u64();
      break;
    case Operation::savepoint:
    case Operation::release:
    case Operation::rollback_to:
    case Operation::rollback:
      break;
    default:
      return malformed();
  }
  if (!reader.ok()) return malformed();
  return out;
}

void write_row(Bytes& out, sr_bytes key, std::uint64_t version, sr_bytes value) {
  ByteWriter writer(out);
  writer.bytes(view(key));
  writer.u64(version);
  writer.bytes(view(value));
}

Result<RowBack> read_row(ByteReader& reader) {
  RowBack row;
  row.key = abi(reader.bytes(SR_STORAGE_MAX_KEY));
  row.version = reader.u64();
  row.value = abi(reader.bytes(SR_STORAGE_MAX_VALUE));
  if (!reader.ok()) return malformed();
  return row;
}

Bytes encode(const sr_storage_health& health) {
  Bytes out;
  ByteWriter writer(out);
  writer.u32(health.flags);
  writer.u64(health.rows);
  writer.u64(health.bytes);
  writer.u64(health.mark);
  writer.bytes(view(health.detail).first(std::min<std::size_t>(health.detail.size, SR_MAX_TEXT)));
  return out;
}

Result<sr_storage_health> decode_health(BytesView content) {
  ByteReader reader(content);
  sr_storage_health health{};
  health.size = sizeof health;
  health.flags = reader.u32();
  health.rows = reader.u64();
  health.bytes = reader.u64();
  health.mark = reader.u64();
  health.detail = abi(reader.bytes(SR_MAX_TEXT));
  if (!reader.finished()) return malformed();
  return health;
}

}  // namespace strongroom::plugin_seam
