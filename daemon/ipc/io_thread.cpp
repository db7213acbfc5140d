#include "daemon/ipc/io_thread.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "daemon/ipc/connection.h"

namespace strongroom::ipc {

namespace {

// Answers up to the largest secret go through without new memory.
constexpr std::size_t k_kept_scratch = 2 * 1024 * 1024;
// Deadlines that lie close together are served by one wake-up.
constexpr std::chrono::milliseconds k_slack{50};

}  // namespace

IoThread::IoThread(std::pmr::memory_resource* memory, const Limits& the_limits, Shared& the_shared)
    : context(1),
      shared(the_shared),
      limits(the_limits),
      input(memory),
      output(memory),
      work_(boost::asio::make_work_guard(context)),
      timer_(context) {}

void IoThread::start() {
  thread_ = std::thread([this] { context.run(); });
}

void IoThread::join() {
  work_.reset();
  boost::asio::post(context, [this] { context.stop(); });
  thread_.join();
}

void IoThread::look_at(Clock::time_point when) {
  if (when + k_slack < armed_) arm(when + k_slack);
}

void IoThread::arm(Clock::time_point when) {
  armed_ = when;
  timer_.expires_at(when);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) sweep();
  });
}

void IoThread::sweep() {
  armed_ = Clock::time_point::max();
  const auto now = Clock::now();
  if (untold_drops_) shared.drops.tell(now);
  untold_drops_ = false;
  auto next = Clock::time_point::max();
  const std::vector<std::shared_ptr<Connection>> all(connections.begin(), connections.end());
  for (const auto& connection : all) next = std::min(next, connection->check_deadlines(now));
  if (next != Clock::time_point::max()) look_at(next);
}

void IoThread::note_drop(DropReason reason) {
  const auto now = Clock::now();
  if (!shared.drops.note(reason, now)) return;
  untold_drops_ = true;
  look_at(now + std::chrono::seconds(1));
}

void IoThread::ask_back(std::weak_ptr<Connection> connection, GiveBack how) {
  {
    const std::lock_guard guard(asked_mutex_);
    asked_.push_back({std::move(connection), how});
  }
  // A post alone would wait behind everything that is ready, and each of that may make another large answer.
  if (!is_asked_.exchange(true)) boost::asio::post(context, [this] { give_back(); });
}

void IoThread::give_back() {
  if (!is_asked_.load(std::memory_order_relaxed)) return;
  std::vector<Asked> asked;
  {
    const std::lock_guard guard(asked_mutex_);
    is_asked_ = false;
    asked.swap(asked_);
  }
  for (const auto& [connection, how] : asked)
    if (const auto held = connection.lock()) ((*held).*how)();
}

void IoThread::set_limits(const Limits& changed) {
  limits = changed;
  sweep();
}

// The post runs behind the next look for what is ready.
void IoThread::note_large_answer() {
  if (std::exchange(made_large_answer_, true)) return;
  boost::asio::post(context, [this] { made_large_answer_ = false; });
}

void IoThread::hold(const std::shared_ptr<Connection>& connection, std::uint64_t sequence, audit::Recorder& recorder) {
  if (held_.empty() || held_.back() != connection) held_.push_back(connection);
  sync_soon(sequence, recorder);
}

// What was posted runs behind everything that is ready now; nothing waits for more to come.
void IoThread::sync_soon(std::uint64_t sequence, audit::Recorder& recorder) {
  held_until_ = std::max(held_until_, sequence);
  if (std::exchange(sync_posted_, true)) return;
  boost::asio::post(context, [this, &recorder] { sync_held(recorder); });
}

// Another thread costs a wake-up, which only pays when there is somebody to serve meanwhile.
void IoThread::sync_held(audit::Recorder& recorder) {
  sync_posted_ = false;
  auto held = std::exchange(held_, {});
  const std::uint64_t until = held_until_;
  if (connections.size() <= 1) {
    recorder.sync(until);
    return release(held, until);
  }
  // What is held stays with this thread: a connection ends nowhere else.
  in_sync_.push_back({std::move(held), until});
  shared.syncer.order(recorder, until, [this] {
    boost::asio::post(context, [this] {
      const InSync done = std::move(in_sync_.front());
      in_sync_.pop_front();
      release(done.held, done.until);
    });
  });
}

void IoThread::release(const std::vector<std::shared_ptr<Connection>>& held, std::uint64_t reached) {
  for (const auto& connection : held) connection->release(reached);
}

void IoThread::trim_scratch() {
  if (output.capacity() > k_kept_scratch) output.shrink_to_fit();
}

}  // namespace strongroom::ipc
