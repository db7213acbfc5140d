// The end of the log that grows: seals events, frames entries, writes them, and makes them durable in groups.
//
// Thread-safe. An entry is in the kernel when append returns, and on the disk when sync() of its number has returned.
// What was appended is never taken back; what could not be written has no number. A failed sync ends the process:
// nobody can know what the disk holds then (Rebello et al., USENIX ATC 2020), and recovery reads it anew.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include <strongroom/base/result.h>
#include <strongroom/evidence/entry.h>
#include <strongroom/evidence/event.h>

#include "daemon/audit/chain.h"
#include "daemon/audit/clocks.h"
#include "daemon/audit/log_folder.h"

namespace strongroom::audit {

// Bytes that are written and perhaps not on the disk, at most: one more entry waits for a sync. What a crash can leave
// behind the last whole entry ends this far from it, so that a start need not look further.
inline constexpr std::uint64_t k_most_unsynced = 2 << 20;

// What a key record pins of the store. Numbers that are not known are k_unknown.
struct StorePin {
  std::uint64_t generation = evidence::k_unknown;
  evidence::Hash accumulator{};
  std::uint64_t header_generation = evidence::k_unknown;
};

// Where a log stands, as recovery found it or as it begins.
struct LogEnd {
  evidence::LogId log{};
  std::uint64_t next = 0;    // sequence number of the next entry
  std::uint64_t offset = 0;  // of its frame in the newest segment
  std::uint32_t epoch = 0;
  std::uint64_t epoch_record = 0;
  evidence::PublicKey opening_key{};
  std::optional<std::int64_t> time_s;
};

class LogWriter {
 public:
  struct Ports {
    vault::KeyArena& arena;
    const Clocks& clocks;
    // After a failed sync; does not return. The default ends the process at once.
    std::function<void(const Error&)> sync_failed;
    // Entries were appended up to this number; called under the writer's lock, so it only notes it.
    std::function<void(std::uint64_t next)> appended;
    KeyObserver observe_key;
  };

  // `newest` is the segment that `end` lies in.
  LogWriter(LogFolder& folder, Segment newest, const LogEnd& end, Ports ports);

  // One event, sealed; fills the times of `event`. With a box, `parameters` are committed to when they are not empty.
  // Returns its number. Error: audit_unavailable; the event is then not in the log.
  Result<std::uint64_t> append(evidence::Event& event, BytesView parameters, Room room);

  // An entry that is no event: `content` follows the header. Errors as above.
  Result<std::uint64_t> append_record(evidence::EntryType type, BytesView content, Room room);

  // An epoch record: `make` gets the bytes before the content (the header) and the number of entries, and gives the
  // content. Entries are kept out meanwhile. The new epoch is in force when it succeeds.
  using MakeEpoch = std::function<Result<Bytes>(BytesView header, std::uint64_t size)>;
  Status append_epoch(const MakeEpoch& make, const evidence::PublicKey& opening_key);

  // Begins a new chain behind a key record: at start, at each lock, and by itself before 256 entries are over.
  Status begin_chain(Room room);

  // Returns when every entry up to `sequence` is durable; whatever is appended by then is synced together.
  void sync(std::uint64_t sequence);

  std::uint64_t next() const noexcept { return next_.load(std::memory_order_acquire); }

  std::uint64_t durable() const noexcept { return durable_.load(std::memory_order_acquire); }

  std::uint32_t epoch() const;

  const evidence::LogId& log() const noexcept { return log_; }

  std::uint64_t chain_record() const;

  // What the next key record says.
  void set_pin(const StorePin& pin);
  StorePin pin() const;
  // An intent is open until its outcome is in the log; the next key record names the oldest.
  void set_oldest_intent(std::function<std::uint64_t()> oldest);

  // Whether the last attempt to write failed.
  std::optional<Error> failure() const;

 private:
  struct Times {
    std::int64_t wall_ns = 0;
    std::uint64_t boot_ns = 0;
  };

  // What has to come before the next entry: a skip record, a key record.
  Status prepare(const Times& times, Room room, std::uint64_t coming);
  Status note_clock(const Times& times, Room room);
  Status put_key_record(Room room);
  Status put_skip(evidence::SkipKind kind, std::int64_t to_s, Room room);
  Status put_record(evidence::EntryType type, BytesView content, Room room);
  Status put(BytesView slot, Room room);
  Status roll(Room room);
  // Leaves the frame in frame_ and its slot in slot_.
  void seal_event(evidence::Event& event, BytesView parameters);
  evidence::EntryHeader header(evidence::EntryType type, std::uint32_t epoch) const noexcept;
  void begin_entry(const evidence::EntryHeader& header);
  void take_random(MutableBytes out) noexcept;
  void sync_now(const Segment& segment);
  // Under the writer's lock: nothing is appended meanwhile.
  void sync_here();
  void note_durable(std::uint64_t reached);
  void end_unsynced();
  Status noted(Status status);

  LogFolder& folder_;
  Ports ports_;
  const evidence::LogId log_;

  mutable std::mutex mutex_;          // guards all below but the atomics
  std::shared_ptr<Segment> segment_;  // shared with a sync that runs
  std::uint64_t offset_;
  std::uint64_t synced_offset_;  // of the segment, on the disk
  bool in_reserve_;              // no spare segment is left: what remains of the newest one is not for ordinary events
  std::uint64_t unclean_ = 0;    // bytes behind offset_ that a failed write may have left
  std::uint32_t epoch_;
  std::uint64_t epoch_record_;
  evidence::PublicKey opening_key_;
  std::int64_t time_s_ = 0;
  std::optional<Times> times_;
  SealingChain chain_;
  StorePin pin_;
  std::function<std::uint64_t()> oldest_intent_;
  std::optional<Error> failure_;
  WipedBytes frame_;  // scratch: the frame that is being made
  WipedBytes plain_;  // scratch: plaintext
  evidence::Key32 slot_{};
  WipedBytes random_;  // drawn and not used yet: a system call for several events

  std::atomic<std::uint64_t> next_;
  std::atomic<std::uint64_t> durable_;
  std::mutex sync_mutex_;
  std::condition_variable synced_;
  bool syncing_ = false;
};

}  // namespace strongroom::audit
