#include "daemon/ipc/syncer.h"

#include <algorithm>
#include <utility>

namespace strongroom::ipc {

void Syncer::order(audit::Recorder& recorder, std::uint64_t sequence, Done done) {
  {
    const std::lock_guard guard(mutex_);
    if (stopping_) return;
    recorder_ = &recorder;
    until_ = std::max(until_, sequence);
    orders_.push_back(std::move(done));
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  }
  wake_.notify_one();
}

void Syncer::stop() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Syncer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !orders_.empty(); });
    if (orders_.empty()) return;
    const auto orders = std::exchange(orders_, {});
    audit::Recorder& recorder = *recorder_;
    const std::uint64_t until = until_;
    lock.unlock();
    recorder.sync(until);
    for (const Done& done : orders) done();
    lock.lock();
  }
}

}  // namespace strongroom::ipc
