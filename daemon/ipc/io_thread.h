// One I/O thread, and what its connections share.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <strongroom/base/wiped_memory.h>

#include "daemon/audit/recorder.h"
#include "daemon/ipc/budget.h"
#include "daemon/ipc/drop_ledger.h"
#include "daemon/ipc/limits.h"
#include "daemon/ipc/syncer.h"

namespace strongroom::ipc {

class Connection;

// What all connections of a server share. Thread-safe.
struct Shared {
  Shared(const Limits& limits, DropLedger::Report report, DropLedger::Record record)
      : unread(limits.unread_total),
        half_messages(limits.half_messages_total),
        drops(std::move(report), std::move(record)) {}

  Budget unread;
  Budget half_messages;
  DropLedger drops;
  Syncer syncer;
};

// Everything but start(), join() and ask_back() happens on the thread itself.
//
// One timer serves the deadlines of all connections. It is armed for the earliest that was named and never ticks on its
// own, so a thread without deadlines sleeps.
class IoThread {
 public:
  using Clock = std::chrono::steady_clock;

  IoThread(std::pmr::memory_resource* memory, const Limits& limits, Shared& shared);

  void start();
  void join();

  // A connection has to be looked at then, or a little later.
  void look_at(Clock::time_point when);
  void note_drop(DropReason reason);

  // Has the connection give back what a budget took from it, before this thread makes another answer. Thread-safe.
  using GiveBack = void (Connection::*)();
  void ask_back(std::weak_ptr<Connection> connection, GiveBack how);
  // Does what was asked; nothing on most calls, which is why it is cheap then.
  void give_back();

  void set_limits(const Limits& limits);

  // A large answer was made. Until everything that is ready has had its turn, those that are not known to ask for
  // little wait: a crowd that asks for large answers at once keeps nobody else waiting for more than one of them.
  void note_large_answer();

  bool made_large_answer() const noexcept { return made_large_answer_; }

  // The answers of this connection leave when the audit log is on the disk up to `sequence`: one sync for all whose
  // requests are ready now. `recorder` is that of the dispatcher.
  void hold(const std::shared_ptr<Connection>& connection, std::uint64_t sequence, audit::Recorder& recorder);
  // Somebody will wait for that, on another thread; the sync begins when what is ready has had its turn.
  void sync_soon(std::uint64_t sequence, audit::Recorder& recorder);

  // Gives back what a large answer or message made the scratch grow to.
  void trim_scratch();

  boost::asio::io_context context;
  Shared& shared;
  Limits limits;
  WipedBytes input;    // scratch of one read
  WipedString output;  // scratch of the answers to it
  std::unordered_set<std::shared_ptr<Connection>> connections;

 private:
  void sync_held(audit::Recorder& recorder);
  void release(const std::vector<std::shared_ptr<Connection>>& held, std::uint64_t reached);
  void arm(Clock::time_point when);
  void sweep();

  struct Asked {
    std::weak_ptr<Connection> connection;
    GiveBack how;
  };

  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer timer_;
  Clock::time_point armed_ = Clock::time_point::max();
  bool untold_drops_ = false;
  bool made_large_answer_ = false;

  struct InSync {
    std::vector<std::shared_ptr<Connection>> held;
    std::uint64_t until;
  };

  std::vector<std::shared_ptr<Connection>> held_;
  std::deque<InSync> in_sync_;
  std::uint64_t held_until_ = 0;
  bool sync_posted_ = false;
  std::atomic<bool> is_asked_ = false;
  std::mutex asked_mutex_;
  std::vector<Asked> asked_;
  std::thread thread_;
};

}  // namespace strongroom::ipc
