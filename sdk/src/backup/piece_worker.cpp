#include <strongroom/backup/piece_worker.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <strongroom/base/secret.h>

namespace strongroom::backup {
namespace {

// A thread is woken for each slot and not for each piece.
constexpr std::size_t k_slot = 128 * 1024;
constexpr std::size_t k_slots = 8;

struct Slot {
  Secret bytes = Secret::of_size(k_slot);
  std::size_t size = 0;
};

}  // namespace

// Slots [taken, added) are the worker's, the others those of who adds.
struct PieceWorker::State {
  explicit State(age::ByteTaker taker);
  ~State();

  void work();
  Status add(BytesView bytes);
  void hand_over();
  Status wait_for_at_most(std::size_t waiting);

  age::ByteTaker take;
  std::array<Slot, k_slots> slots;
  std::size_t filled = 0;  // bytes of the slot `added`, which is not handed over yet
  std::mutex mutex;
  std::condition_variable added_or_ended;
  std::condition_variable was_taken;
  std::size_t added = 0;  // all below: written with the mutex
  std::size_t taken = 0;
  bool ended = false;
  Status outcome;
  std::thread thread;  // last: it uses all of the above
};

PieceWorker::State::State(age::ByteTaker taker) : take(std::move(taker)) {
  try {
    thread = std::thread([this] { work(); });
  } catch (const std::system_error&) {
    for (Slot& slot : slots) slot.bytes = Secret();
  }
}

PieceWorker::State::~State() {
  {
    const std::lock_guard lock(mutex);
    ended = true;
  }
  added_or_ended.notify_one();
  if (thread.joinable()) thread.join();
}

void PieceWorker::State::work() {
  std::unique_lock lock(mutex);
  for (;;) {
    added_or_ended.wait(lock, [this] { return ended || taken != added; });
    if (ended) return;
    const Slot& slot = slots[taken % k_slots];
    const bool failed = !outcome;
    lock.unlock();
    Status done = failed ? Status() : take(slot.bytes.reveal(RevealReason::seal).first(slot.size));
    lock.lock();
    if (!done) outcome = std::move(done);
    ++taken;
    was_taken.notify_one();
  }
}

Status PieceWorker::State::add(BytesView bytes) {
  while (!bytes.empty()) {
    if (filled == 0) STRONGROOM_CHECK(wait_for_at_most(k_slots - 1));
    const std::size_t size = std::min(bytes.size(), k_slot - filled);
    std::memcpy(slots[added % k_slots].bytes.writable().data() + filled, bytes.data(), size);
    filled += size;
    bytes = bytes.subspan(size);
    if (filled == k_slot) hand_over();
  }
  return {};
}

void PieceWorker::State::hand_over() {
  slots[added % k_slots].size = std::exchange(filled, 0);
  {
    const std::lock_guard lock(mutex);
    ++added;
  }
  added_or_ended.notify_one();
}

Status PieceWorker::State::wait_for_at_most(std::size_t waiting) {
  std::unique_lock lock(mutex);
  was_taken.wait(lock, [&] { return added - taken <= waiting; });
  return outcome;
}

PieceWorker::PieceWorker(age::ByteTaker take) : state_(std::make_unique<State>(std::move(take))) {}

PieceWorker::~PieceWorker() = default;

Status PieceWorker::add(BytesView bytes) {
  State& s = *state_;
  if (s.thread.joinable()) return s.add(bytes);
  if (s.outcome) s.outcome = s.take(bytes);
  return s.outcome;
}

Status PieceWorker::finish() {
  State& s = *state_;
  if (s.filled > 0) s.hand_over();
  return s.wait_for_at_most(0);
}

}  // namespace strongroom::backup
