#include <strongroom/evidence/entry.h>

#include <algorithm>

#include <strongroom/base/derive.h>

namespace strongroom::evidence {
namespace {

constexpr std::size_t k_max_note = 65536;

Error damaged(const char* what) {
  return make_error(ErrorCode::corrupt, what);
}

template <std::size_t N>
std::array<Byte, N> array_of(ByteReader& reader) {
  std::array<Byte, N> out{};
  const BytesView bytes = reader.raw(N);
  std::ranges::copy(bytes, out.begin());
  return out;
}

Result<EntryHeader> parse_header(ByteReader& reader) {
  EntryHeader header;
  const std::uint8_t version = reader.u8();
  const std::uint8_t type = reader.u8();
  const std::uint16_t flags = reader.u16();
  header.epoch = reader.u32();
  header.sequence = reader.u64();
  header.time_s = reader.i64();
  header.boot = array_of<16>(reader);
  if (!reader.ok()) return damaged("the entry is too short");
  if (version != 1 || flags != 0) return make_error(ErrorCode::unsupported, "the entry has an unknown version or flag");
  if (type < 1 || type > 6) return make_error(ErrorCode::unsupported, "the entry has an unknown type");
  header.type = static_cast<EntryType>(type);
  return header;
}

Result<EventEntry> parse_event(ByteReader& reader, BytesView bytes) {
  EventEntry event;
  event.key_index = reader.u32();
  const std::uint32_t body = reader.u32();
  const std::uint32_t box = reader.u32();
  event.commitment = reader.raw(32);
  event.body = reader.raw(body);
  if (box != 0) {
    event.box_commitment = reader.raw(32);
    event.box = reader.raw(box);
  }
  if (!reader.finished()) return damaged("the lengths of the event do not fit");
  const auto is_padded = [](std::size_t size) { return size > 16 && (size - 16) % 64 == 0; };
  if (!is_padded(body) || (box != 0 && !is_padded(box))) return damaged("a sealed part has no possible length");
  event.bound = bytes.first(k_event_bound);
  return event;
}

Result<EpochEntry> parse_epoch(ByteReader& reader, BytesView bytes) {
  EpochEntry epoch;
  epoch.closes = reader.u32();
  epoch.size = reader.u64();
  epoch.root = array_of<32>(reader);
  epoch.epoch_key = array_of<32>(reader);
  epoch.identity_key = array_of<32>(reader);
  epoch.opening_key = array_of<32>(reader);
  epoch.log_id = array_of<16>(reader);
  epoch.store_id = array_of<16>(reader);
  epoch.closing_signature = array_of<64>(reader);
  epoch.identity_signature = array_of<64>(reader);
  if (!reader.finished()) return damaged("the epoch record has a wrong length");
  epoch.signed_bytes = bytes.first(k_epoch_signed);
  return epoch;
}

Result<SkipEntry> parse_skip(ByteReader& reader) {
  SkipEntry skip;
  const std::uint8_t kind = reader.u8();
  skip.from_s = reader.i64();
  skip.to_s = reader.i64();
  if (!reader.finished() || kind < 1 || kind > 3) return damaged("the skip record is malformed");
  skip.kind = static_cast<SkipKind>(kind);
  return skip;
}

template <class T>
Status take(Entry& entry, Result<T> content) {
  if (!content) return std::move(content).error();
  entry.content = std::move(content).value();
  return {};
}

Status parse_content(Entry& entry, ByteReader& reader, BytesView bytes) {
  switch (entry.header.type) {
    case EntryType::event:
      return take(entry, parse_event(reader, bytes));
    case EntryType::epoch:
      return take(entry, parse_epoch(reader, bytes));
    case EntryType::skip:
      return take(entry, parse_skip(reader));
    case EntryType::key: {
      KeyEntry key;
      key.epoch_record = reader.u64();
      key.sealed = reader.raw(k_key_box);
      entry.content = key;
      return reader.finished() ? Status() : damaged("the key record has a wrong length");
    }
    case EntryType::recovery: {
      RecoveryEntry recovery;
      recovery.torn = reader.u64();
      recovery.lost = reader.u64();
      entry.content = recovery;
      return reader.finished() ? Status() : damaged("the recovery record is malformed");
    }
    case EntryType::witness: {
      if (reader.left() > k_max_note) return damaged("the witness record is too long");
      entry.content = WitnessEntry{as_text(bytes.subspan(k_header_size))};
      return {};
    }
  }
  return damaged("the entry has an unknown type");
}

}  // namespace

Result<Entry> parse_entry(BytesView bytes) {
  if (bytes.size() > k_max_entry) return damaged("the entry is too long");
  ByteReader reader(bytes);
  Entry entry;
  STRONGROOM_ASSIGN(entry.header, parse_header(reader));
  STRONGROOM_CHECK(parse_content(entry, reader, bytes));
  return entry;
}

LogId log_id_of(const EpochEntry& first) noexcept {
  Byte digest[32];
  checksum("SRM/audit/log/v1", {first.epoch_key, first.identity_key, first.opening_key, first.store_id}, digest);
  LogId id;
  std::copy_n(digest, id.size(), id.begin());
  return id;
}

Bytes epoch_message(BytesView signed_bytes) {
  constexpr std::string_view k_label = "SRM/audit/epoch/v1";
  Bytes message(4 + k_label.size() + signed_bytes.size());
  message[0] = static_cast<Byte>(k_label.size());
  const auto label_end = std::ranges::copy(as_bytes(k_label), message.begin() + 4).out;
  std::ranges::copy(signed_bytes, label_end);
  return message;
}

}  // namespace strongroom::evidence
