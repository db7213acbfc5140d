// Freshness: noticing rows of one collection that were taken back to an older state, or away, outside Strongroom.
//
// Two things are kept. In memory, the version of every row, so that a replayed row is noticed at the next read. In the
// store, an accumulator over all rows, and over those of a companion collection (an index that must not lose a row):
// the sum modulo 2^256 of PRF(key, version, digest of the bytes), changed with every commit that changes a row. After
// unlock a background thread scans the collection once, fills the map and compares.
//
// An accumulator that was taken back together with all rows is not noticed here; that needs a witness outside the
// store.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <unordered_set>
#include <vector>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

#include "daemon/store/store.h"
#include "daemon/store/sum256.h"
#include "daemon/store/version_map.h"

namespace strongroom::store {

enum class Freshness : std::uint8_t {
  pending,   // the collection has not been compared yet
  verified,  // it was what the accumulator says, and has been followed since
  mismatch,  // it was not; the map is complete all the same
};

// What is stored about a collection.
struct Accumulator {
  Digest256 sum{};
  std::uint64_t rows = 0;
  // Grows with every commit that is noted here. Nothing: the store was written by an earlier version.
  std::optional<std::uint64_t> generation;
  // The audit log's intents whose pieces the newest commit that had any holds.
  std::vector<std::uint64_t> intents;
};

// What the tracker needs from those who have keys and know formats. All are called on the writer thread or on the
// thread of rebuild, and must be usable from both at once.
struct FreshnessPorts {
  // A keyed function of the message; its error (`locked`) fails the write or the rebuild.
  std::function<Result<Digest256>(BytesView message)> prf;
  // A collision-resistant hash of a row's bytes.
  std::function<Digest256(BytesView bytes)> digest;
  std::function<Status(WriteTransaction&, const Accumulator&)> save;
  // Nothing when none was ever saved, which stands for a collection without rows.
  std::function<Result<std::optional<Accumulator>>(ReadTransaction&)> load;
  // Returns when the audit log's entries up to this one are durable. Before a commit that holds such an intent.
  std::function<void(std::uint64_t intent)> intent_durable = [](std::uint64_t) {};
  // A commit is durable; this is what it stored.
  std::function<void(const Accumulator&)> committed = [](const Accumulator&) {};
};

// Follows the rows of `collection` in the system scope. Whoever writes such a row says so with note_put or note_erase
// in the same piece of work. Keys have at least 16 bytes and differ in the first 16.
//
// It has to be the store's participant (or be called by it) from before the first write until the last.
class FreshnessTracker final : public CommitParticipant {
 public:
  FreshnessTracker(std::uint32_t collection, FreshnessPorts ports, std::optional<std::uint32_t> companion = {});

  // Thread-safe.
  Freshness state() const noexcept { return state_.load(std::memory_order_acquire); }

  // Whether version_of knows every row.
  bool complete() const noexcept { return state() != Freshness::pending; }

  // The version of the row as of the last commit; nothing when there is none, when it is about to be erased, or when it
  // is not known (yet). Versions of a key must grow, over an erasure too. Thread-safe. A
  // reader compares it with a row of a snapshot that may be older than a commit that just ended: on a difference it
  // reads the row again in a new transaction before it says `tampered`.
  std::optional<std::uint64_t> version_of(BytesView key) const;

  // In a piece of work, after its write. `old` is the row as it was before, or nothing. `invalid_argument` for a short
  // key, errors of the PRF; the piece has to fail with them.
  Status note_put(BytesView key, const std::optional<RowView>& old, std::uint64_t version, BytesView bytes);
  Status note_erase(BytesView key, const RowView& old);
  // A new row of the companion collection, or one that was erased; its rows never change. Nothing without one. Errors
  // as above.
  Status note_companion_put(BytesView key, std::uint64_t version, BytesView bytes);
  Status note_companion_erase(BytesView key, const RowView& old);

  // Scans the collection in one read transaction while writes go on, fills the map and compares the sum with the
  // accumulator of the same snapshot. Takes about 3 µs for each row; call it on a background thread, one at a time. A
  // state other than pending is the end of a successful run. Errors of the store and of the PRF leave it pending, and
  // so does `cancelled`, after `stop` or when forget was called meanwhile.
  Status rebuild(Store& store, std::stop_token stop = {});

  // Takes the rows as they are: their sum becomes the stored accumulator, in one write. Only for somebody who has said
  // that rows changed outside Strongroom are wanted; rebuild comes after it. Waits for the writer.
  Status accept(Store& store);
  // The same inside a piece of work, without going back to pending.
  Status accept_in(WriteTransaction& transaction);

  // Goes on from this generation at least, in one write: after an older state was accepted. Waits for the writer.
  Status raise_generation(Store& store, std::uint64_t least);

  // Back to pending, with an empty map: the keys are gone. Notes of writes that are under way are kept, so that the
  // stored accumulator stays right. Thread-safe.
  void forget();

  void piece_begin(std::optional<std::uint64_t> intent) noexcept override;
  void piece_undone() noexcept override;
  Status before_commit(WriteTransaction& transaction) override;
  void after_commit(bool committed) noexcept override;

 private:
  bool is_leaving(const KeyPrefix& key) const;

  struct Change {
    KeyPrefix key;
    std::uint64_t version;  // VersionMap::k_erased: erased
  };

  // What a group has noted so far.
  struct Notes {
    Sum256 added, removed;
    std::uint64_t new_rows = 0, lost_rows = 0;
  };

  // One run of rebuild.
  struct Comparison {
    std::stop_token stop;
    std::uint64_t generation = 0;
    Accumulator stored{};
    Sum256 sum{};
    std::uint64_t rows = 0;
  };

  using RowWork = std::function<Status(std::uint32_t collection, BytesView key, const RowView& row)>;

  Status scan(ReadTransaction& transaction, Comparison& comparison);
  Status take_row(std::uint32_t collection, BytesView key, const RowView& row, Comparison& comparison);
  Status for_each_row(ReadTransaction& transaction, const RowWork& work) const;
  Result<Sum256> term(std::uint32_t collection, BytesView key, std::uint64_t version, BytesView bytes) const;

  const std::uint32_t collection_;
  const std::optional<std::uint32_t> companion_;
  const FreshnessPorts ports_;

  // Writer thread.
  Notes notes_, notes_at_piece_;
  std::vector<Change> changes_;
  std::size_t changes_at_piece_ = 0;
  std::vector<std::uint64_t> intents_;
  std::size_t intents_at_piece_ = 0;
  Accumulator saved_;  // by before_commit, until after_commit
  bool has_saved_ = false;

  // Keys whose erasure is noted but not committed: their rows may be there or not.
  mutable std::mutex leaving_mutex_;
  std::unordered_set<KeyPrefix, KeyPrefix::Hash> leaving_;  // guarded by leaving_mutex_
  std::atomic<bool> any_leaving_ = false;

  std::mutex mutex_;              // orders map changes of commits, forget, and the end of rebuild
  std::uint64_t generation_ = 0;  // guarded by mutex_; counts calls of forget
  VersionMap versions_;
  std::atomic<Freshness> state_ = Freshness::pending;
};

}  // namespace strongroom::store
