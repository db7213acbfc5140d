#include "daemon/store/store.h"

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "daemon/store/write_queue.h"

namespace strongroom::store {
namespace {

const BytesView k_system_scope[] = {BytesView{}};

// The batch of a thread in one store.
struct Batch {
  const Store* store = nullptr;
  std::unique_ptr<ReadTransaction> transaction;  // null until the first read
};

thread_local std::vector<Batch> t_batches;
thread_local std::optional<std::uint64_t> t_intent;

Batch* find_batch(const Store* store) noexcept {
  const auto found = std::ranges::find(t_batches, store, &Batch::store);
  return found == t_batches.end() ? nullptr : &*found;
}

std::uint64_t last_mark(Storage& storage) {
  // A storage that cannot say starts at 0; the first write then meets its real error.
  const auto health = storage.health(false);
  return health ? health->mark : 0;
}

}  // namespace

IntentScope::IntentScope(std::optional<std::uint64_t> intent) noexcept : before_(t_intent) {
  t_intent = intent;
}

IntentScope::~IntentScope() {
  t_intent = before_;
}

std::optional<std::uint64_t> IntentScope::current() noexcept {
  return t_intent;
}

struct Store::Impl {
  Impl(std::unique_ptr<Storage> given, Limits limits)
      : storage(std::move(given)), queue(*storage, limits, last_mark(*storage)) {}

  std::unique_ptr<Storage> storage;
  WriteQueue queue;  // stops before the storage goes
};

Store::Store(std::unique_ptr<Storage> storage) : Store(std::move(storage), Limits()) {}

Store::Store(std::unique_ptr<Storage> storage, Limits limits)
    : impl_(std::make_unique<Impl>(std::move(storage), limits)) {}

Store::~Store() = default;

Status Store::read(const std::function<Status(ReadTransaction&)>& work) {
  Batch* const batch = find_batch(this);
  if (batch != nullptr && batch->transaction != nullptr) return work(*batch->transaction);
  STRONGROOM_ASSIGN(auto transaction, impl_->storage->begin_read(k_system_scope));
  if (batch == nullptr) return work(*transaction);
  batch->transaction = std::move(transaction);
  return work(*batch->transaction);
}

void Store::begin_batch() {
  if (find_batch(this) != nullptr) std::abort();
  t_batches.push_back({this, nullptr});
}

void Store::renew_batch() noexcept {
  if (Batch* const batch = find_batch(this)) batch->transaction.reset();
}

void Store::end_batch() noexcept {
  std::erase_if(t_batches, [&](const Batch& batch) { return batch.store == this; });
}

void Store::write(Work work, Done done) {
  impl_->queue.push(std::move(work), std::move(done));
}

Status Store::write_and_wait(Work work) {
  // The writer would wait for itself.
  if (impl_->queue.on_writer_thread()) std::abort();
  std::mutex mutex;
  std::condition_variable finished;
  std::optional<Status> result;
  write(std::move(work), [&](Status status) {
    // Under the lock also while notifying: the waiter may be gone as soon as it can see the result.
    const std::lock_guard lock(mutex);
    result = std::move(status);
    finished.notify_one();
  });
  std::unique_lock lock(mutex);
  finished.wait(lock, [&] { return result.has_value(); });
  return *std::move(result);
}

void Store::set_participant(CommitParticipant* participant) noexcept {
  impl_->queue.set_participant(participant);
}

void Store::refuse_writes(std::optional<Error> error) {
  impl_->queue.refuse(std::move(error));
}

const DurationHistogram& Store::commit_durations() const noexcept {
  return impl_->queue.commit_durations();
}

Storage& Store::storage() noexcept {
  return *impl_->storage;
}

}  // namespace strongroom::store
