// What follows the writer: the tree, its tiles, signed checkpoints, and the hourly change of the epoch's key.
//
// It reads every entry back from the disk before it counts: what is signed is what is there. Thread-safe. Lock order:
// the keeper's before the writer's.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <strongroom/evidence/checkpoint.h>
#include <strongroom/evidence/note.h>
#include <strongroom/evidence/tiled_tree.h>

#include "daemon/audit/block_offsets.h"
#include "daemon/audit/entry_cursor.h"
#include "daemon/audit/log_folder.h"
#include "daemon/audit/log_keys.h"
#include "daemon/audit/log_writer.h"

namespace strongroom::audit {

class Keeper {
 public:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;

  struct Times {
    std::chrono::milliseconds sync{100};         // from an entry to the disk, at the latest
    std::chrono::milliseconds checkpoint{1000};  // from an entry to its checkpoint, likewise
    std::chrono::milliseconds between{250};      // checkpoints, at least, however many entries come
    std::chrono::milliseconds epoch{3'600'000};  // how long a key signs
  };

  struct Ports {
    vault::KeyArena& arena;
    std::function<void(const std::string& problem)> alarm;  // the log is not what was written
    // Other work of the log's thread: does what is due and says when the next is.
    std::function<std::optional<Time>()> chores;
  };

  Keeper(LogFolder& folder, BlockOffsets& offsets, LogWriter& writer, Times times, Ports ports);
  ~Keeper();

  // The tree's tiles are written and read by these; make the tree with them before recovery.
  static evidence::TiledTree::Full write_tiles(LogFolder& folder);
  static evidence::TiledTree::Read read_tiles(LogFolder& folder);

  // Before start(). `tree` is as large as the log or smaller; `epoch` is the newest record.
  void take(evidence::TiledTree tree, const evidence::EpochEntry& epoch, std::uint64_t signed_entries);
  // Starts the thread. It sleeps without a timeout when nothing was appended.
  void start();
  // Ends the thread, after a last checkpoint if there are keys.
  void stop();

  // The first entry of a new log, whose keys and ids `first` has, with the seed of its first epoch.
  Status begin_log(const LogKeys& keys, const evidence::EpochEntry& first, vault::Key seed);
  // Signing begins. The keys stay until the end. Errors: tampered (the epoch's key is not the record's, or is gone).
  Status take_keys(const LogKeys& keys);
  bool can_sign() const;

  // Makes all entries durable, reads them, signs and saves. Errors: locked (no key yet), those of reading and writing.
  Result<std::string> checkpoint();
  // A text that is none of the log's, such as a backup's manifest, signed with the identity key. Errors: locked (no key
  // yet), invalid_argument (no text of a note).
  Result<evidence::Note> sign_as_identity(const std::string& text);
  // Closes the epoch when it holds anything and is old enough, or when `now`.
  Status change_epoch(bool now);

  // From the writer, under its lock.
  void appended(std::uint64_t next) noexcept;
  // Chores have to be looked at.
  void poke() noexcept;

  struct State {
    std::uint64_t tree_size = 0;
    std::uint64_t signed_entries = 0;
    std::int64_t signed_ms = 0;  // 0: never in this process
    std::uint32_t epoch = 0;
    std::string checkpoint;  // the newest note
  };

  State state() const;
  // Works on the tree, which holds all entries that were there when this was called.
  Status with_tree(const std::function<Status(const evidence::TiledTree& tree)>& work);
  // Adds witnesses' signatures to the newest checkpoint when it is the one they signed.
  Status add_cosignatures(const evidence::Note& cosigned);
  evidence::EpochEntry epoch_entry() const;

 private:
  void run();
  void wait_for_checkpoint(std::unique_lock<std::mutex>& lock);
  Status catch_up(std::uint64_t size);
  Status write_partial_tiles();
  Result<std::string> sign_checkpoint();
  Status put_epoch(vault::Key seed);
  Status put_epoch();
  void note_epoch_begin();
  Result<Bytes> epoch_content(BytesView header, std::uint64_t size, const evidence::PublicKey& next_key);
  Status settle_epoch_key();
  Status save_epoch_key(const vault::Key& seed, std::uint32_t epoch, const char* name);
  void raise(const Error& error);
  std::optional<Time> epoch_due() const;

  LogFolder& folder_;
  BlockOffsets& offsets_;
  LogWriter& writer_;
  const Times times_;
  Ports ports_;

  mutable std::mutex mutex_;  // guards what follows
  evidence::TiledTree tree_;
  EntryCursor cursor_;
  evidence::EpochEntry epoch_;
  vault::Key identity_seed_;
  vault::Key epoch_seed_;
  bool key_is_next_ = false;  // the key of the epoch is still in the file of the next one
  std::uint64_t signed_entries_ = 0;
  std::int64_t signed_ms_ = 0;
  std::string checkpoint_;
  std::uint64_t epoch_began_ = 0;  // entries up to and with the record and what belongs to it
  bool raised_ = false;

  std::mutex wake_mutex_;
  std::condition_variable wake_;
  std::atomic<bool> awake_ = false;   // something was appended since the thread slept
  std::atomic<bool> urgent_ = false;  // 256 entries or more
  std::atomic<bool> poked_ = false;
  std::atomic<std::uint64_t> handled_ = 0;
  bool stopping_ = false;
  Time epoch_since_{};
  Time checkpoint_since_ = Time::min();  // the thread's; the clock may have begun a moment ago, with the machine
  std::thread thread_;
};

}  // namespace strongroom::audit
