#include "daemon/store/write_queue.h"

#include <algorithm>
#include <utility>

namespace strongroom::store {
namespace {

const BytesView k_system_scope[] = {BytesView{}};

// A burst's room is not kept for idle times.
constexpr std::size_t k_kept_group = 64;

}  // namespace

WriteQueue::WriteQueue(Storage& storage, Store::Limits limits, std::uint64_t mark)
    : storage_(storage), limits_(limits), mark_(mark), thread_([this] { run(); }) {}

WriteQueue::~WriteQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void WriteQueue::push(Store::Work work, Store::Done done) {
  std::unique_lock lock(mutex_);
  if (stopping_ || queue_.size() >= limits_.queue) {
    Error error = stopping_ ? make_error(ErrorCode::cancelled, "the store is stopping")
                            : make_error(ErrorCode::busy, "too many writes are waiting");
    lock.unlock();
    return done(std::move(error));
  }
  queue_.push_back({std::move(work), std::move(done), IntentScope::current(), {}});
  lock.unlock();
  wake_.notify_one();
}

void WriteQueue::refuse(std::optional<Error> error) {
  const std::lock_guard lock(mutex_);
  refused_ = std::move(error);
}

void WriteQueue::set_participant(CommitParticipant* participant) noexcept {
  participant_ = participant == nullptr ? &nobody_ : participant;
}

void WriteQueue::run() {
  std::vector<Piece> group;
  while (take(group)) {
    write(group);
    for (Piece& piece : group) {
      piece.work = nullptr;  // what it holds is gone before anybody hears of its end
      piece.done(std::move(piece.result));
    }
    group.clear();
    if (group.capacity() > k_kept_group) group.shrink_to_fit();
  }
}

bool WriteQueue::take(std::vector<Piece>& group) {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
  const std::size_t count = std::min(queue_.size(), limits_.group);
  for (std::size_t i = 0; i < count; ++i) {
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
    if (refused_) group.back().result = *refused_;
  }
  return count != 0;
}

void WriteQueue::write(Group group) {
  // Whether writes are refused is read once for a group, so its first piece speaks for all.
  if (!group.front().result) return;
  if (write_together(group) == Ended::finished) return;
  // A piece alone needs no savepoint, so this always finishes.
  for (std::size_t i = 0; i < group.size(); ++i) (void)write_together(group.subspan(i, 1));
}

WriteQueue::Ended WriteQueue::write_together(Group group) {
  for (Piece& piece : group) piece.result = Status();
  auto begun = storage_.begin_write(k_system_scope);
  if (!begun) {
    for (Piece& piece : group) piece.result = begun.error();
    return Ended::finished;
  }
  const std::unique_ptr<WriteTransaction> transaction = std::move(begun).value();
  bool any_kept = false;
  const Ended ended = run_pieces(group, *transaction, any_kept);
  if (ended == Ended::run_again || !any_kept) {
    participant_->after_commit(false);
    return ended;
  }
  end_group(group, commit(*transaction));
  return Ended::finished;
}

WriteQueue::Ended WriteQueue::run_pieces(Group group, WriteTransaction& transaction, bool& any_kept) {
  // A piece alone is undone with its transaction and needs no savepoint.
  const bool alone = group.size() == 1;
  for (Piece& piece : group) {
    if (!alone && !transaction.savepoint()) return Ended::run_again;
    piece.result = run_piece(piece, transaction);
    if (!piece.result) participant_->piece_undone();
    if (!alone && !(piece.result ? transaction.release() : transaction.rollback_to())) return Ended::run_again;
    any_kept = any_kept || piece.result.has_value();
  }
  return Ended::finished;
}

Status WriteQueue::run_piece(Piece& piece, WriteTransaction& transaction) {
  participant_->piece_begin(piece.intent);
  try {
    return piece.work(transaction);
  } catch (...) {
    return make_error(ErrorCode::internal, "the write failed unexpectedly");
  }
}

Status WriteQueue::commit(WriteTransaction& transaction) {
  try {
    STRONGROOM_CHECK(participant_->before_commit(transaction));
  } catch (...) {
    return make_error(ErrorCode::internal, "the write failed unexpectedly");
  }
  const std::uint64_t mark = participant_->commit_mark(mark_ + 1);
  const auto begun = DurationHistogram::Clock::now();
  STRONGROOM_CHECK(transaction.commit(mark));
  commit_durations_.add(DurationHistogram::Clock::now() - begun);
  mark_ = mark;
  return {};
}

void WriteQueue::end_group(Group group, const Status& committed) {
  participant_->after_commit(committed.has_value());
  if (committed) return;
  for (Piece& piece : group)
    if (piece.result) piece.result = committed.error();
}

}  // namespace strongroom::store
