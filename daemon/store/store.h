// The store: reads on the calling thread, one writer thread that commits whatever is ready together.
//
// read() runs on the thread that calls it. Between begin_batch() and end_batch() of a thread all its reads share one
// transaction, so that the ready requests of a connection see one snapshot and pay for it once. write() hands work to the
// writer thread: each piece runs inside its own savepoint of a shared transaction, a piece that fails is undone alone,
// and `done` is called (on the writer thread) only after the group's commit is durable. No delay is added to gather a
// group: whatever is queued when the writer is free goes together.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include <strongroom/base/result.h>

#include "daemon/store/storage.h"

namespace strongroom::store {

// Takes part in every commit of a group: the accumulator, later the audit intent. Called on the writer thread.
class CommitParticipant {
 public:
  virtual ~CommitParticipant() = default;
  // After all work of the group, before its commit. A failure undoes the whole group.
  virtual Status before_commit(WriteTransaction& transaction) = 0;
  // After the commit: whether it became durable.
  virtual void after_commit(bool committed) noexcept = 0;
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

  // Per thread; not nested. end_batch() ends the shared transaction, if a read opened one.
  void begin_batch();
  void end_batch() noexcept;

  // Queues `work`. `done` is always called exactly once, on the writer thread, except when the queue is full or the
  // store is stopping: then it is called before this returns, with `busy` or `cancelled`. `work` may run again when a
  // group has to be retried piece by piece, so it must not keep state of a run that was undone.
  void write(Work work, Done done);

  // Waits for the result. Never call it on the writer thread or an I/O thread.
  Status write_and_wait(Work work);

  // Before the first write. Not owned; must outlive the store.
  void set_participant(CommitParticipant* participant) noexcept;

  // Refuses writes with `error` from now on (nullptr-like: an empty optional allows them again). Thread-safe.
  void refuse_writes(std::optional<Error> error);

  Storage& storage() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strongroom::store
