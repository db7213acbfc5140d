// Opens events of the log with its opening key.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <vector>

#include <strongroom/evidence/seal.h>

#include "daemon/audit/entry_cursor.h"
#include "daemon/audit/log_keys.h"
#include "daemon/audit/log_writer.h"

namespace strongroom::audit {

// What a key record holds.
struct ChainStart {
  std::uint64_t record = 0;
  vault::Key key;
  StorePin pin;
  std::uint64_t oldest_intent = evidence::k_unknown;
};

// Not thread-safe. Reading on is cheap, and so is going back within a chain; going elsewhere reads up to 512 entries
// and derives up to 256 keys.
class EventReader {
 public:
  // All must outlive the reader. Only entries below `end` are read, and none (`locked`) once `*stop` is set.
  EventReader(const std::filesystem::path& log_folder, BlockOffsets& offsets, const evidence::LogId& log,
              const LogKeys& keys, vault::KeyArena& arena, std::uint64_t end, const std::atomic<bool>* stop = nullptr);

  // Under which the index is sealed.
  BytesView index_key() const noexcept { return keys_.index_key.view(); }

  struct Read {
    std::uint64_t sequence = 0;
    BytesView bytes;  // of the entry, valid until the next call
    evidence::Entry entry;
    std::optional<evidence::OpenedEvent> event;  // of an event
    evidence::Disclosure disclosure;             // likewise
    std::uint64_t segment = 0;                   // where its slot lies
    std::uint64_t slot_offset = 0;
  };

  // The entry, opened. Errors: not_found (archived, or not there yet), tampered, corrupt.
  Result<Read> read(std::uint64_t sequence);
  // Opens the key record.
  Result<ChainStart> open_chain(std::uint64_t record, const evidence::KeyEntry& key);
  // The newest key record before this entry. Errors as read.
  Result<std::uint64_t> chain_of(std::uint64_t sequence);

 private:
  Status take_chain(std::uint64_t sequence);
  void begin_chain(ChainStart start);
  Status step_to(std::uint32_t index);
  Result<evidence::Disclosure> key_for(std::uint32_t index, BytesView slot);

  std::filesystem::path folder_;
  BlockOffsets& offsets_;
  const evidence::LogId log_;
  const LogKeys& keys_;
  vault::KeyArena& arena_;
  const std::uint64_t end_;
  const std::atomic<bool>* stop_;
  EntryCursor cursor_;
  std::optional<std::uint64_t> record_;  // the chain that is open
  std::uint64_t known_until_ = 0;        // no other chain begins before this entry
  std::vector<vault::Key> marks_;        // its first key, and as many of each 16th as were passed
  vault::Key chain_;                     // its key number index_
  std::uint32_t index_ = 0;
};

}  // namespace strongroom::audit
