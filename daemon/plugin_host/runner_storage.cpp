#include "daemon/plugin_host/runner_storage.h"

#include <strongroom/plugin/guard.h>

#include "daemon/plugin_host/storage_lanes.h"

namespace strongroom::plugin_host {
namespace {

using plugin_seam::Operation;
using plugin_seam::OperationWriter;

// Rows that are written wait for the next operation that has an answer, unless they become this many bytes.
constexpr std::size_t k_most_waiting = 64 * 1024;
constexpr std::chrono::minutes k_good_life(1);

// The storage behind the handle.
class Remote {
 public:
  explicit Remote(RunnerStorage::Options options) : options_(std::move(options)) {}

  Status start() {
    started_ = Breaker::Clock::now();
    STRONGROOM_ASSIGN(auto process, options_.start());
    STRONGROOM_ASSIGN(lanes_, StorageLanes::open(std::move(process), options_.settings, options_.lanes, options_.log,
                                                 options_.deadlines));
    return {};
  }

  // The process as it is now, started again when it was lost and may be. Null: it is not there.
  std::shared_ptr<StorageLanes> lanes(const sr_error_sink* error) {
    const std::lock_guard guard(mutex_);
    if (!lanes_->lost()) return lanes_;
    const auto now = Breaker::Clock::now();
    if (!std::exchange(noted_, true)) {
      // One that has lived for long is no worse than before.
      if (now - started_ > k_good_life) breaker_.succeeded();
      breaker_.failed(now, "its process was lost");
    }
    if (breaker_.next_try(now)) {
      plugin::report(error, "the storage's process was lost; it is started again soon");
      return nullptr;
    }
    // Never two processes on one folder.
    lanes_->end();
    if (Status started = start(); !started) {
      breaker_.failed(now, started.error().message);
      plugin::report(error, started.error().message);
      return nullptr;
    }
    noted_ = false;
    return lanes_;
  }

  std::uint64_t next_number() { return ++numbers_; }

 private:
  RunnerStorage::Options options_;
  std::mutex mutex_;
  std::shared_ptr<StorageLanes> lanes_;
  Breaker breaker_;
  bool noted_ = false;
  Breaker::Clock::time_point started_{};
  std::atomic<std::uint64_t> numbers_ = 0;
};

// A transaction behind the handle: operations that were not sent yet.
//
// When one fails whose outcome was not waited for, nobody knows any more what belongs to which savepoint: every later
// call has the outcome of that failure, as the seam allows it, until the transaction ends.
class RemoteTransaction {
 public:
  RemoteTransaction(std::shared_ptr<StorageLanes> lanes, std::uint64_t number)
      : lanes_(std::move(lanes)), number_(number) {
    clear();
  }

  // The next operation is appended to this.
  OperationWriter write() {
    ++operations_;
    return OperationWriter(waiting_);
  }

  // Makes room in the frame for an operation with a value of this size. What waits is sent when both do not fit one.
  sr_status make_room(std::size_t value, const sr_error_sink* error) {
    // More than a key, a scope and numbers are.
    constexpr std::size_t k_rest = 1024;
    if (operations_ == 0 || waiting_.size() + value + k_rest <= plugin_seam::k_max_frame) return SR_OK;
    return send({}, error);
  }

  // Sends what waits; the outcome is that of the last operation.
  sr_status send(const StorageLanes::TakeRow& take, const sr_error_sink* error) {
    if (failed_ != SR_OK) return failed_;
    sent_ = true;
    const auto done = lanes_->transact(waiting_, take, error);
    if (done.status != SR_OK && done.operation + 1 != operations_) failed_ = done.status;
    clear();
    return done.status;
  }

  // For an operation whose outcome need not be known at once.
  sr_status send_when_much_waits(const sr_error_sink* error) {
    if (failed_ != SR_OK) return failed_;
    return waiting_.size() > k_most_waiting ? send({}, error) : SR_OK;
  }

  // Ends it where it is known.
  void roll_back() {
    if (!sent_) return;
    clear();
    write().simple(Operation::rollback);
    lanes_->tell(waiting_);
  }

  bool has_savepoint = false;

 private:
  void clear() {
    waiting_.clear();
    ByteWriter(waiting_).u64(number_);
    operations_ = 0;
  }

  std::shared_ptr<StorageLanes> lanes_;
  std::uint64_t number_;
  Bytes waiting_;
  std::uint32_t operations_ = 0;  // in waiting_
  bool sent_ = false;
  sr_status failed_ = SR_OK;
};

Remote& of(sr_storage* handle) noexcept {
  return *reinterpret_cast<Remote*>(handle);
}

RemoteTransaction& of(sr_transaction* handle) noexcept {
  return *reinterpret_cast<RemoteTransaction*>(handle);
}

// Nothing of C++ leaves the table.
template <class Body>
sr_status within(const sr_error_sink* error, Body&& body) noexcept {
  try {
    return body();
  } catch (...) {
    if (error != nullptr) plugin::report(error, "there is no memory for a call of the storage");
    return SR_FAILED;
  }
}

sr_status open_nothing(const sr_storage_config*, const sr_host*, sr_storage**, const sr_error_sink*) {
  return SR_UNSUPPORTED;
}

void close(sr_storage* storage) {
  delete &of(storage);
}

sr_status health(sr_storage* storage, std::uint32_t flags, const sr_health_sink* sink, const sr_error_sink* error) {
  return within(error, [&] {
    const auto lanes = of(storage).lanes(error);
    return lanes ? lanes->health(flags, sink, error) : k_unavailable;
  });
}

sr_status backup(sr_storage* storage, const sr_byte_sink* sink, const sr_error_sink* error) {
  return within(error, [&] {
    const auto lanes = of(storage).lanes(error);
    return lanes ? lanes->backup(sink, error) : k_unavailable;
  });
}

// A reader begins with its first read; a writer at once, because another one may be there.
sr_status begin(sr_storage* storage, std::uint32_t flags, const sr_bytes* scopes, std::uint32_t scope_count,
                sr_transaction** transaction, const sr_error_sink* error) {
  return within(error, [&]() -> sr_status {
    auto lanes = of(storage).lanes(error);
    if (!lanes) return k_unavailable;
    auto made = std::make_unique<RemoteTransaction>(std::move(lanes), of(storage).next_number());
    made->write().begin(flags, scopes, scope_count);
    if (flags == SR_BEGIN_WRITE)
      if (const sr_status status = made->send({}, error); status != SR_OK) return status;
    *transaction = reinterpret_cast<sr_transaction*>(made.release());
    return SR_OK;
  });
}

// What the sink says first is the outcome; the rest of the rows is thrown away.
StorageLanes::TakeRow taker(const sr_row_sink* sink, sr_status& said) {
  return [sink, &said](const plugin_seam::RowBack& row) {
    said = sink->row(sink->context, row.key, row.version, row.value);
    return said == SR_OK;
  };
}

sr_status get(sr_transaction* transaction, const sr_row_key* key, const sr_row_sink* sink, const sr_error_sink* error) {
  return within(error, [&] {
    of(transaction).write().get(*key);
    sr_status said = SR_OK;
    const sr_status status = of(transaction).send(taker(sink, said), error);
    return said != SR_OK ? said : status;
  });
}

sr_status scan(sr_transaction* transaction, const sr_range* range, const sr_row_sink* sink,
               const sr_error_sink* error) {
  return within(error, [&] {
    of(transaction).write().scan(*range);
    sr_status said = SR_OK;
    const sr_status status = of(transaction).send(taker(sink, said), error);
    return said != SR_OK ? said : status;
  });
}

sr_status put(sr_transaction* transaction, const sr_row_key* key, std::uint64_t version, sr_bytes value,
              const sr_error_sink* error) {
  return within(error, [&]() -> sr_status {
    if (const sr_status status = of(transaction).make_room(value.size, error); status != SR_OK) return status;
    of(transaction).write().put(*key, version, value);
    return of(transaction).send_when_much_waits(error);
  });
}

sr_status put_if(sr_transaction* transaction, const sr_row_key* key, std::uint64_t expected, std::uint64_t version,
                 sr_bytes value, const sr_error_sink* error) {
  return within(error, [&]() -> sr_status {
    if (const sr_status status = of(transaction).make_room(value.size, error); status != SR_OK) return status;
    of(transaction).write().put_if(*key, expected, version, value);
    return of(transaction).send({}, error);
  });
}

sr_status erase(sr_transaction* transaction, const sr_row_key* key, const sr_error_sink* error) {
  return within(error, [&] {
    of(transaction).write().erase(*key);
    return of(transaction).send_when_much_waits(error);
  });
}

sr_status savepoint(sr_transaction* transaction, const sr_error_sink* error) {
  return within(error, [&]() -> sr_status {
    // Its answer is not waited for, so what is known to be wrong is said here.
    if (std::exchange(of(transaction).has_savepoint, true)) {
      plugin::report(error, "a savepoint is set already");
      return SR_INVALID;
    }
    of(transaction).write().simple(Operation::savepoint);
    return SR_OK;
  });
}

sr_status release(sr_transaction* transaction, const sr_error_sink* error) {
  return within(error, [&]() -> sr_status {
    if (!std::exchange(of(transaction).has_savepoint, false)) {
      plugin::report(error, "there is no savepoint");
      return SR_INVALID;
    }
    of(transaction).write().simple(Operation::release);
    return of(transaction).send_when_much_waits(error);
  });
}

sr_status rollback_to(sr_transaction* transaction, const sr_error_sink* error) {
  return within(error, [&] {
    of(transaction).write().simple(Operation::rollback_to);
    const sr_status status = of(transaction).send({}, error);
    if (status == SR_OK) of(transaction).has_savepoint = false;
    return status;
  });
}

sr_status commit(sr_transaction* transaction, std::uint64_t mark, const sr_error_sink* error) {
  const std::unique_ptr<RemoteTransaction> ended(&of(transaction));
  return within(error, [&] {
    ended->write().commit(mark);
    const sr_status status = ended->send({}, error);
    // A row that was not written keeps the commit from being tried: the transaction is still there.
    if (status != SR_OK && status != k_unavailable) ended->roll_back();
    return status;
  });
}

void rollback(sr_transaction* transaction) {
  const std::unique_ptr<RemoteTransaction> ended(&of(transaction));
  (void)within(nullptr, [&]() -> sr_status {
    ended->roll_back();
    return SR_OK;
  });
}

constexpr sr_storage_v1 k_table = {sizeof(sr_storage_v1),
                                   0,
                                   &open_nothing,
                                   &close,
                                   &health,
                                   &begin,
                                   &get,
                                   &scan,
                                   &put,
                                   &put_if,
                                   &erase,
                                   &savepoint,
                                   &release,
                                   &rollback_to,
                                   &commit,
                                   &rollback,
                                   &backup};

}  // namespace

Result<std::unique_ptr<StorageV1>> RunnerStorage::open(Options options) {
  auto remote = std::make_unique<Remote>(std::move(options));
  STRONGROOM_CHECK(remote->start());
  return StorageV1::adopt(k_table, reinterpret_cast<sr_storage*>(remote.release()));
}

}  // namespace strongroom::plugin_host
