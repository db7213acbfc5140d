// The entries of the audit log as bytes: what anybody may read of them. Format: docs/audit-format.md.
//
// An entry is parsed into views of its bytes, which must outlive them. Everything is bounded and nothing may follow.
#pragma once

#include <array>
#include <cstdint>
#include <variant>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>
#include <strongroom/evidence/merkle.h>

namespace strongroom::evidence {

using LogId = std::array<Byte, 16>;
using BootId = std::array<Byte, 16>;
using PublicKey = std::array<Byte, 32>;
using Signature = std::array<Byte, 64>;

enum class EntryType : std::uint8_t { event = 1, key = 2, epoch = 3, skip = 4, recovery = 5, witness = 6 };
enum class SkipKind : std::uint8_t { clock_back = 1, clock_forward = 2, downtime = 3 };

inline constexpr std::size_t k_header_size = 40;
inline constexpr std::size_t k_event_fixed = 84;           // up to the sealed body
inline constexpr std::size_t k_event_bound = 52;           // what is associated data of its seals
inline constexpr std::size_t k_epoch_signed = 212;         // what both signatures of an epoch record cover
inline constexpr std::size_t k_key_box = 136;              // the sealed box of a key record
inline constexpr std::size_t k_max_entry = 1 << 20;        // bytes
inline constexpr std::uint64_t k_most_between_keys = 256;  // a key record is that near to the one before, at most
inline constexpr std::uint64_t k_unknown = ~std::uint64_t{0};

struct EntryHeader {
  EntryType type{};
  std::uint32_t epoch = 0;
  std::uint64_t sequence = 0;
  std::int64_t time_s = 0;
  BootId boot{};
};

// Appends the 40 bytes.
template <class Container>
void write_header(const EntryHeader& header, Container& out) {
  ByteWriter<Container> writer(out);
  writer.u8(1);
  writer.u8(static_cast<std::uint8_t>(header.type));
  writer.u16(0);
  writer.u32(header.epoch);
  writer.u64(header.sequence);
  writer.i64(header.time_s);
  writer.raw(header.boot);
}

struct EventEntry {
  std::uint32_t key_index = 0;
  BytesView bound;  // the first 52 bytes
  BytesView commitment;
  BytesView body;            // sealed
  BytesView box_commitment;  // empty when there is no box
  BytesView box;             // sealed
};

struct KeyEntry {
  std::uint64_t epoch_record = 0;
  BytesView sealed;
};

struct EpochEntry {
  std::uint32_t closes = 0;
  std::uint64_t size = 0;
  Hash root{};
  PublicKey epoch_key{};
  PublicKey identity_key{};
  PublicKey opening_key{};
  LogId log_id{};
  std::array<Byte, 16> store_id{};
  Signature closing_signature{};
  Signature identity_signature{};
  BytesView signed_bytes;  // the first 212 bytes
};

struct SkipEntry {
  SkipKind kind{};
  std::int64_t from_s = 0;
  std::int64_t to_s = 0;
};

struct RecoveryEntry {
  std::uint64_t torn = 0;  // bytes
  std::uint64_t lost = 0;  // whole frames among them
};

struct WitnessEntry {
  std::string_view note;
};

struct Entry {
  EntryHeader header;
  std::variant<EventEntry, KeyEntry, EpochEntry, SkipEntry, RecoveryEntry, WitnessEntry> content;
};

// Errors: corrupt (the message says what is wrong), unsupported (unknown version, type or flag).
Result<Entry> parse_entry(BytesView bytes);

// The id of the log that begins with this epoch record: it pins the first epoch's key, which is gone when the epoch is,
// so that nobody writes the log anew from its beginning under its name.
LogId log_id_of(const EpochEntry& first) noexcept;

// The message that both signatures of an epoch record sign, of its first 212 bytes.
Bytes epoch_message(BytesView signed_bytes);

}  // namespace strongroom::evidence
