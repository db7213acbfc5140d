// The writer of a store: a queue, a thread, and the commits of groups.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "daemon/store/store.h"

namespace strongroom::store {

// Thread-safe. Sleeps without a timeout while there is nothing to do.
class WriteQueue {
 public:
  // `storage` outlives the queue. `mark` is that of the last commit.
  WriteQueue(Storage& storage, Store::Limits limits, std::uint64_t mark);
  // Finishes what is queued.
  ~WriteQueue();
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;

  void push(Store::Work work, Store::Done done);
  void refuse(std::optional<Error> error);
  void set_participant(CommitParticipant* participant) noexcept;

  const DurationHistogram& commit_durations() const noexcept { return commit_durations_; }

  bool on_writer_thread() const noexcept { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  struct Piece {
    Store::Work work;
    Store::Done done;
    std::optional<std::uint64_t> intent;
    Status result;
  };

  using Group = std::span<Piece>;

  // How a run of a group ended; the results of the pieces are set unless it has to be run again.
  enum class Ended : std::uint8_t { finished, run_again };

  void run();
  bool take(std::vector<Piece>& group);
  void write(Group group);
  Ended write_together(Group group);
  // Whether each piece was kept or undone; run_again when the transaction was lost.
  Ended run_pieces(Group group, WriteTransaction& transaction, bool& any_kept);
  Status run_piece(Piece& piece, WriteTransaction& transaction);
  Status commit(WriteTransaction& transaction);
  void end_group(Group group, const Status& committed);

  // The participant of a store that has none.
  class Nobody final : public CommitParticipant {
   public:
    Status before_commit(WriteTransaction&) override { return {}; }

    void after_commit(bool) noexcept override {}
  };

  Storage& storage_;
  DurationHistogram commit_durations_;
  const Store::Limits limits_;
  std::uint64_t mark_;  // writer thread
  Nobody nobody_;
  CommitParticipant* participant_ = &nobody_;  // writer thread once there are writes

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Piece> queue_;       // guarded by mutex_
  std::optional<Error> refused_;  // guarded by mutex_
  bool stopping_ = false;         // guarded by mutex_
  std::thread thread_;
};

}  // namespace strongroom::store
