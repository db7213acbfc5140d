// Sealing and opening of events. Format and reasons: docs/audit-format.md, section Sealing.
//
// A key is used once: an entry key for one body, an r for one box. The commitment (keyed BLAKE2b over the associated
// data) is compared before anything is deciphered, so that no key opens another entry and no entry opens to two keys
// (invisible salamanders: Dodis, Grubbs, Ristenpart, Woodage, CRYPTO 2018).
#pragma once

#include <array>
#include <optional>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>
#include <strongroom/base/wiped_memory.h>
#include <strongroom/evidence/entry.h>
#include <strongroom/evidence/event.h>

namespace strongroom::evidence {

using Key32 = std::array<Byte, 32>;

enum class Part : std::uint8_t { body, box };

// Padded to the next multiple of 64 bytes: u32 length, content, zeros.
constexpr std::size_t padded_size(std::size_t size) noexcept {
  return (size + 4 + 63) / 64 * 64;
}

// Sealed: padded, and the tag of 16 bytes.
constexpr std::size_t sealed_size(std::size_t size) noexcept {
  return padded_size(size) + 16;
}

// Writes commitment (32 bytes) ‖ sealed part to `out`, which has 32 + sealed_size(plain.size()) bytes. `key` has 32
// bytes and may be used for nothing else; `bound` is the entry's first 52 bytes. What came from the key is wiped.
void seal_part(Part part, BytesView key, const LogId& log, BytesView bound, BytesView plain, MutableBytes out) noexcept;

// The CBOR. Errors: wrong_credential (the key is not this entry's), tampered, corrupt (padding). Thread-safe.
Result<WipedBytes> open_part(Part part, BytesView key, const LogId& log, const EventEntry& entry);

// The steps of a chain; `chain` has 32 bytes, and so have the entry's key and the mask of its slot.
void event_keys_of(BytesView chain, MutableBytes entry_key, MutableBytes mask) noexcept;
void advance(MutableBytes chain) noexcept;

// The commitment to a request's parameters.
void request_commitment(BytesView r, BytesView parameters, MutableBytes out) noexcept;

// An event that was opened, with the plaintext that it points into.
struct OpenedEvent {
  EntryHeader header;
  WipedBytes body;
  WipedBytes box;
  Event event;
};

// What discloses an event: its entry key, and r unless it is redacted or there is no box.
struct Disclosure {
  // Wiped at the end.
  ~Disclosure() {
    wipe(entry_key.data(), entry_key.size());
    if (r) wipe(r->data(), r->size());
  }

  Key32 entry_key{};
  std::optional<Key32> r;
};

// Opens and decodes. `entry` has to be an event (invalid_argument otherwise). Errors as open_part.
Result<OpenedEvent> open_event(const LogId& log, const Entry& entry, const Disclosure& disclosure);

}  // namespace strongroom::evidence
