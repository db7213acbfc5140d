// The audit log of a daemon: one per store, from its first unlock to its end. Format: docs/audit-format.md.
//
// It is opened at start without any key: events can be appended then, not read. unlock() gives it the keys to sign and
// to read; lock() takes back those to read. What a caller has to record, and when, is recorder.h.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <vector>

#include <strongroom/base/result.h>

#include "daemon/audit/event_reader.h"
#include "daemon/audit/keeper.h"
#include "daemon/audit/log_keys.h"
#include "daemon/audit/log_writer.h"
#include "daemon/audit/recovery.h"

namespace strongroom::audit {

// When a reveal may be answered.
enum class Durability : std::uint8_t {
  written,  // when its event is in the kernel; it is on the disk within 100 ms
  synced,   // when its event is on the disk
};

// What the store says of itself at unlock.
struct StoreState {
  std::optional<std::uint64_t> generation;  // nothing: a store of an earlier version, or a new one
  evidence::Hash accumulator{};
  std::uint64_t header_generation = 0;
  std::vector<std::uint64_t> intents;  // those whose writes were committed last
};

// What was found when log and store were compared.
enum class Agreement : std::uint8_t {
  agree,
  log_behind,    // the store holds writes that the log does not know: the log was put back
  store_behind,  // the log knows of writes that the store does not hold: the store was put back
};

struct OpenIntent;

// Thread-safe.
class AuditLog {
 public:
  struct Options {
    std::filesystem::path folder;
    std::uint64_t segment_size = 64ull << 20;
    Keeper::Times times{};
    std::function<void(std::string_view)> report;  // to the daemon's own log
    std::function<void(const Error&)> sync_failed;
    KeyObserver observe_key;
    std::function<void(std::uint64_t next)> appended;  // for those who follow; under the writer's lock
    // For monitors: an event that was appended, on the thread that did; must not wait.
    std::function<void(const evidence::Event& event, std::uint64_t sequence)> observe;
  };

  // Recovers what is there. Errors: untrusted, storage_full, read_only, storage_failed. A log that was changed opens
  // all the same, says so in problem() and takes no event.
  static Result<std::unique_ptr<AuditLog>> open(Options options, vault::KeyArena& arena, const Clocks& clocks);
  ~AuditLog();

  bool exists() const;

  // Why nothing can be logged; empty when it can.
  std::string problem() const;

  // A new log. Only when there is none. Errors: conflict, those of writing.
  Status begin(const LogKeys& keys, const std::array<Byte, 16>& store);

  // Takes the keys, completes the intents that a crash left open, compares log and store, signs. Errors: tampered (the
  // keys are not the log's), those of reading and writing.
  Result<Agreement> unlock(LogKeys keys, const StoreState& store);
  // A new chain begins; what was written is not readable any more.
  void lock();
  // No more events; the last checkpoint is signed when there are keys.
  void stop();

  bool is_unlocked() const;

  // Errors: audit_unavailable.
  Result<std::uint64_t> append(evidence::Event& event, BytesView parameters, Room room);
  Status append_record(evidence::EntryType type, BytesView content);
  void sync(std::uint64_t sequence);
  // Everything that was appended.
  void sync_all();

  // The log's thread has other work. Thread-safe, also while there is no log.
  void poke();

  // An intent is open from its event to its outcome.
  void open_intent(std::uint64_t sequence);
  void close_intent(std::uint64_t sequence);

  void set_pin(const StorePin& pin);
  // After a commit of the store; the header's generation stays.
  void set_store(std::uint64_t generation, const evidence::Hash& accumulator);
  void set_header_generation(std::uint64_t generation);
  StorePin pin() const;

  // Whether there is a log that events can be put into. Error: audit_unavailable.
  Status usable() const { return check(); }

  // An epoch record's bytes, also when it is archived. Errors of reading.
  Result<Bytes> epoch_record(std::uint64_t sequence);
  // Erases the slot of an event. Errors: not_found (archived, no such event, or nothing to erase), those of writing.
  Status redact(std::uint64_t sequence);
  // The entries before `size`, a segment's first, are archived: what remains is verified behind them.
  Result<std::vector<Bytes>> epoch_records(std::uint64_t size);
  Status keep_tiles(std::uint64_t size);
  Status note_archived(std::uint64_t size);

  // Nothing is logged from now on, because of this.
  void fail(std::string problem);
  // Nothing is logged until this is called with an empty text; unlock() and begin() may be tried again meanwhile.
  void hinder(std::string why);

  // Works with a reader of all events that are there now. Errors: locked, audit_unavailable, those of `work`.
  Status with_reader(const std::function<Status(EventReader& reader, std::uint64_t end)>& work);

  Keeper& keeper() noexcept { return *keeper_; }

  LogFolder& folder() noexcept { return folder_; }

  BlockOffsets& offsets() noexcept { return offsets_; }

  // Null while there is no log.
  const LogWriter* writer() const noexcept { return ready_ ? writer_.get() : nullptr; }

  // Work of the log's own thread, besides its own.
  void set_chores(std::function<std::optional<Keeper::Time>()> chores);

  std::string origin() const;
  std::string key_text() const;  // of the identity, as a verifier takes it

  std::uint64_t torn() const noexcept { return torn_; }

  // Entries before this one were written by earlier runs of the daemon.
  std::uint64_t first_of_run() const noexcept { return first_of_run_; }

 private:
  AuditLog(Options options, LogFolder folder, vault::KeyArena& arena, const Clocks& clocks);
  Status start(Recovered recovered, evidence::TiledTree tree);
  void make_writer(Segment segment, const LogEnd& end);
  Status check() const;
  Status readable() const;
  Status complete(std::uint64_t intent, const OpenIntent& open, bool committed, const StorePin& pin);
  Result<Agreement> compare(EventReader& reader, const StoreState& store);

  Options options_;
  LogFolder folder_;
  BlockOffsets offsets_;
  vault::KeyArena& arena_;
  const Clocks& clocks_;
  std::unique_ptr<LogWriter> writer_;
  std::unique_ptr<Keeper> keeper_;
  std::uint64_t torn_ = 0;
  std::uint64_t first_of_run_ = 0;
  std::int64_t epoch_time_s_ = 0;
  std::atomic<bool> ready_ = false;  // writer_ and keeper_ are there
  bool compared_ = false;
  std::mutex pin_mutex_;

  mutable std::mutex problem_mutex_;
  std::string problem_;
  std::string hindrance_;
  std::set<std::uint64_t> completed_;  // intents of earlier runs that have their outcome

  std::atomic<bool> locking_ = false;  // whoever reads gives up
  mutable std::shared_mutex keys_mutex_;
  std::optional<LogKeys> keys_;  // while unlocked

  std::mutex intents_mutex_;
  std::set<std::uint64_t> intents_;

  std::mutex chores_mutex_;
  std::function<std::optional<Keeper::Time>()> chores_;
};

}  // namespace strongroom::audit
