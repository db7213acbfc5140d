#include "daemon/plugin_seam/messages.h"

#include <algorithm>

namespace strongroom::plugin_seam {
namespace {

Error malformed() {
  return make_error(ErrorCode::malformed, "a message between the daemon and a plugin's process is malformed");
}

std::string text(ByteReader& reader) {
  return std::string(reader.text(k_max_text));
}

using Settings = std::map<std::string, std::string>;

void write_settings(ByteWriter<Bytes>& writer, const Settings& settings) {
  writer.u32(static_cast<std::uint32_t>(settings.size()));
  for (const auto& [name, value] : settings) {
    writer.text(name);
    writer.text(value);
  }
}

// More of them than there may be leave the reader with what is too much.
Settings read_settings(ByteReader& reader) {
  Settings settings;
  const std::size_t count = std::min<std::size_t>(reader.u32(), k_max_items);
  for (std::size_t i = 0; i < count && reader.ok(); ++i) {
    std::string name = text(reader);
    settings.insert_or_assign(std::move(name), text(reader));
  }
  return settings;
}

template <class T>
Result<T> finished(const ByteReader& reader, T value) {
  if (!reader.finished()) return malformed();
  return value;
}

}  // namespace

Bytes encode(const LoadCall& call) {
  Bytes out;
  ByteWriter writer(out);
  writer.text(call.extension);
  writer.text(call.scratch);
  writer.text(call.folder);
  writer.u8(call.serves ? 1 : 0);
  writer.u64(call.limits.memory_bytes);
  writer.u64(call.limits.file_bytes);
  writer.u32(call.limits.descriptors);
  writer.u8(call.require_sandbox ? 1 : 0);
  return out;
}

Result<LoadCall> decode_load(BytesView content) {
  ByteReader reader(content);
  LoadCall call;
  call.extension = text(reader);
  call.scratch = text(reader);
  call.folder = text(reader);
  call.serves = reader.u8() != 0;
  call.limits.memory_bytes = reader.u64();
  call.limits.file_bytes = reader.u64();
  call.limits.descriptors = reader.u32();
  call.require_sandbox = reader.u8() != 0;
  return finished(reader, std::move(call));
}

Bytes encode(const Loaded& loaded) {
  Bytes out;
  ByteWriter writer(out);
  writer.text(loaded.id);
  writer.text(loaded.name);
  writer.text(loaded.version);
  writer.u32(loaded.abi_minor);
  writer.u8(loaded.files_confined ? 1 : 0);
  writer.u8(loaded.calls_confined ? 1 : 0);
  return out;
}

Result<Loaded> decode_loaded(BytesView content) {
  ByteReader reader(content);
  Loaded loaded;
  loaded.id = text(reader);
  loaded.name = text(reader);
  loaded.version = text(reader);
  loaded.abi_minor = reader.u32();
  loaded.files_confined = reader.u8() != 0;
  loaded.calls_confined = reader.u8() != 0;
  return finished(reader, std::move(loaded));
}

Bytes encode(const ExportCall& call) {
  Bytes out;
  ByteWriter writer(out);
  write_settings(writer, call.settings);
  writer.text(call.title);
  writer.text(call.subject);
  writer.text(call.author);
  writer.i64(call.created_ms);
  writer.u32(call.slots);
  writer.u32(call.slot_size);
  return out;
}

Result<ExportCall> decode_export(BytesView content) {
  ByteReader reader(content);
  ExportCall call;
  call.settings = read_settings(reader);
  call.title = text(reader);
  call.subject = text(reader);
  call.author = text(reader);
  call.created_ms = reader.i64();
  call.slots = reader.u32();
  call.slot_size = reader.u32();
  return finished(reader, std::move(call));
}

Bytes encode(const SheetCall& call) {
  Bytes out;
  ByteWriter writer(out);
  writer.text(call.name);
  writer.text(call.title);
  writer.u32(static_cast<std::uint32_t>(call.columns.size()));
  for (const SheetColumn& column : call.columns) {
    writer.text(column.name);
    writer.text(column.title);
    writer.u32(column.type);
    writer.u32(column.width);
  }
  return out;
}

Result<SheetCall> decode_sheet(BytesView content) {
  ByteReader reader(content);
  SheetCall call;
  call.name = text(reader);
  call.title = text(reader);
  const std::uint32_t columns = reader.u32();
  if (columns > k_max_items) return malformed();
  for (std::uint32_t i = 0; i < columns; ++i) {
    SheetColumn column;
    column.name = text(reader);
    column.title = text(reader);
    column.type = reader.u32();
    column.width = reader.u32();
    call.columns.push_back(std::move(column));
  }
  return finished(reader, std::move(call));
}

Bytes encode(const OpenStorageCall& call) {
  Bytes out;
  ByteWriter writer(out);
  write_settings(writer, call.settings);
  return out;
}

Result<OpenStorageCall> decode_open_storage(BytesView content) {
  ByteReader reader(content);
  OpenStorageCall call{read_settings(reader)};
  return finished(reader, std::move(call));
}

Bytes encode(const RowsCall& call) {
  Bytes out;
  ByteWriter writer(out);
  writer.u32(call.slot);
  writer.u32(call.size);
  writer.u32(call.rows);
  return out;
}

Result<RowsCall> decode_rows(BytesView content) {
  ByteReader reader(content);
  RowsCall call;
  call.slot = reader.u32();
  call.size = reader.u32();
  call.rows = reader.u32();
  return finished(reader, call);
}

Bytes encode(const Outcome& outcome) {
  Bytes out;
  ByteWriter writer(out);
  writer.u32(static_cast<std::uint32_t>(outcome.status));
  writer.text(outcome.sentence);
  writer.bytes(outcome.content);
  return out;
}

Result<Outcome> decode_outcome(BytesView content) {
  ByteReader reader(content);
  Outcome outcome;
  outcome.status = static_cast<sr_status>(reader.u32());
  outcome.sentence = text(reader);
  outcome.content = reader.bytes(content.size());
  return finished(reader, std::move(outcome));
}

}  // namespace strongroom::plugin_seam
