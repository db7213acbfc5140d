// The store: reads on the calling thread, one writer thread that commits whatever is ready together.
//
// read() runs on the thread that calls it. Between begin_batch() and end_batch() of a thread all its reads share one
// transaction, so that the ready requests of a connection see one snapshot and pay for it once. write() hands work to
// the writer thread: each piece runs inside its own savepoint of a shared transaction, a piece that fails is undone
// alone, and `done` is called (on the writer thread) only after the group's commit is durable. No delay is added to
// gather a group: whatever is queued when the writer is free goes together.
//
// What happens to the others when one fails: a piece whose work fails, no space included, is undone alone. When a
// storage gives up the whole transaction in the middle of a group, the group is run again piece by piece, each in a
// transaction of its own. When the commit itself fails, the whole group fails with its error and nothing of it is
// stored.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include <strongroom/base/duration_histogram.h>
#include <strongroom/base/result.h>

#include "daemon/store/storage.h"

namespace strongroom::store {

// Takes part in every commit of a group: the accumulator, later the audit intent. Called on the writer thread, in this
// order for each group: piece_begin, work, and piece_undone when the work failed, for each piece; then before_commit
// when any piece is left; then after_commit, always.
class CommitParticipant {
 public:
  virtual ~CommitParticipant() = default;

  // A piece of work begins; what it notes belongs to it until the next piece begins. `intent` is the one under which it
  // was written (IntentScope).
  virtual void piece_begin(std::optional<std::uint64_t> intent) noexcept { (void)intent; }

  // The piece that began last has been undone; nothing it noted may count.
  virtual void piece_undone() noexcept {}

  // After all work of the group, before its commit. A failure undoes the whole group.
  virtual Status before_commit(WriteTransaction& transaction) = 0;

  // The 64-bit mark to store with the commit. `next` is one more than the mark of the commit before.
  virtual std::uint64_t commit_mark(std::uint64_t next) noexcept { return next; }

  // The group has ended: whether it became durable. When it did not, nothing that any of its pieces noted may count.
  virtual void after_commit(bool committed) noexcept = 0;
};

// While it lives, what this thread writes belongs to an intent of the audit log: the commit waits until the intent is
// durable and carries its number. Scopes nest; the inner one counts.
class IntentScope {
 public:
  explicit IntentScope(std::optional<std::uint64_t> intent) noexcept;
  ~IntentScope();
  IntentScope(const IntentScope&) = delete;
  IntentScope& operator=(const IntentScope&) = delete;

  // Of the calling thread, to be taken along to another one.
  static std::optional<std::uint64_t> current() noexcept;

 private:
  std::optional<std::uint64_t> before_;
};

class Store {
 public:
  struct Limits {
    std::size_t queue = 65536;  // pieces of work waiting for the writer; more answer `busy`
    std::size_t group = 1024;   // pieces in one commit at most
  };

  using Work = std::function<Status(WriteTransaction&)>;
  using Done = std::function<void(Status)>;

  // Takes over the storage and starts the writer thread.
  explicit Store(std::unique_ptr<Storage> storage);
  Store(std::unique_ptr<Storage> storage, Limits limits);
  // Finishes what is queued, then stops the writer.
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Runs `work` in a read transaction over the system scope, on this thread. Errors of the storage or of `work`.
  Status read(const std::function<Status(ReadTransaction&)>& work);

  // Per thread and store; not nested. end_batch() ends the shared transaction, if a read opened one. Reads of a batch
  // do not see writes that were committed after its first read.
  void begin_batch();
  void end_batch() noexcept;
  // The next read of this thread sees what is committed by then. Nothing without a batch.
  void renew_batch() noexcept;

  // Queues `work`, which sees the system scope. `done` is always called exactly once, on the writer thread, except when
  // the queue is full or the store is stopping: then it is called before this returns, with `busy` or `cancelled`.
  // `work` may run again when a group has to be retried piece by piece, so it must not keep state of a run that was
  // undone. `done` must not throw.
  void write(Work work, Done done);

  // Waits for the result. Never call it on the writer thread or an I/O thread.
  Status write_and_wait(Work work);

  // Before the first write. Not owned; must outlive the store.
  void set_participant(CommitParticipant* participant) noexcept;

  // Refuses writes with `error` from now on (an empty optional allows them again); pieces that
  // are queued are refused too. Thread-safe.
  void refuse_writes(std::optional<Error> error);

  Storage& storage() noexcept;

  // How long commits took; one carries the writes of many clients.
  const DurationHistogram& commit_durations() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strongroom::store
