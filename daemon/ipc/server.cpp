#include "daemon/ipc/server.h"

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <unordered_map>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <strongroom/protocol/message.h>

#include "daemon/ipc/connection.h"
#include "daemon/ipc/io_thread.h"

namespace strongroom::ipc {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;

namespace {

// Clients accepted at once. When more wait, a pause follows: a flood of connects gets a part of one thread, not all.
constexpr int k_accept_at_once = 8;
constexpr std::chrono::milliseconds k_pause_in_flood{1};
// No descriptor is free: the waiting client stays in the queue, and asking at once again would only burn time.
constexpr std::chrono::milliseconds k_pause_without_room{100};

// The last and only message of a client that is not served. Whoever does not take it at once misses it.
void say_no(int socket, const Error& error, std::pmr::memory_resource* memory) {
  WipedString message(memory);
  protocol::write_error(message, error, 0);
  (void)::send(socket, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

struct Server::Impl {
  Impl(const Dispatcher& d, IdentifyPeer i, BatchHooks h, std::pmr::memory_resource* m, Options o)
      : dispatcher(d),
        identify(std::move(i)),
        hooks(std::move(h)),
        memory(m),
        shared(o.limits, std::move(o.report), std::move(o.record)) {
    for (std::size_t n = 0; n < std::max<std::size_t>(o.threads, 1); ++n)
      workers.push_back(std::make_unique<IoThread>(memory, o.limits, shared));
  }

  const Dispatcher& dispatcher;
  IdentifyPeer identify;
  BatchHooks hooks;
  std::pmr::memory_resource* memory;
  Shared shared;
  std::vector<std::unique_ptr<IoThread>> workers;  // the first one accepts
  std::unique_ptr<Protocol::acceptor> acceptor;
  std::unique_ptr<asio::steady_timer> pause;
  std::size_t next_worker = 0;
  bool running = false;
  std::atomic<std::size_t> open = 0;
  std::mutex mutex;
  std::unordered_map<uid_t, std::size_t> open_of;
  std::condition_variable all_closed;

  enum class Accepted { all, some, no_room };

  void wait_for_client() {
    acceptor->async_wait(Protocol::acceptor::wait_read, [this](const boost::system::error_code& error) {
      if (error || !acceptor->is_open()) return;
      const Accepted accepted = accept_some();
      if (accepted == Accepted::all) return wait_for_client();
      pause->expires_after(accepted == Accepted::some ? k_pause_in_flood : k_pause_without_room);
      pause->async_wait([this](const boost::system::error_code& ended) {
        if (!ended && acceptor->is_open()) wait_for_client();
      });
    });
  }

  Accepted accept_some() {
    for (int n = 0; n < k_accept_at_once; ++n) {
      boost::system::error_code error;
      IoThread& worker = *workers[next_worker++ % workers.size()];
      Protocol::socket socket = acceptor->accept(worker.context, error);
      if (error == asio::error::connection_aborted) continue;
      if (error == asio::error::would_block || error == asio::error::try_again) return Accepted::all;
      if (error) return Accepted::no_room;
      const auto caller = identify(socket.native_handle());
      if (!caller || !admit(*caller, socket.native_handle())) continue;
      asio::post(worker.context, [this, &worker, caller = *caller, socket = std::move(socket)]() mutable {
        serve(worker, std::move(socket), caller);
      });
    }
    return Accepted::some;
  }

  // On the accepting thread. Counts the connection when it may stay, and says when there are too many.
  bool admit(const Caller& caller, int socket) {
    IoThread& here = *workers.front();
    const auto& admission = dispatcher.admission();
    if (const Status admitted = admission.admit_peer(caller); !admitted) {
      here.note_drop(DropReason::foreign_user);
      // Another user of a daemon that has one user gets nothing, not even a refusal.
      if (admission.says_no()) say_no(socket, admitted.error(), memory);
      return false;
    }
    {
      const std::lock_guard guard(mutex);
      std::size_t& count = open_of[caller.uid];
      if (count < here.limits.connections) {
        ++count;
        ++open;
        return true;
      }
    }
    here.note_drop(DropReason::connections);
    say_no(socket,
           make_error(ErrorCode::busy,
                      "there are as many connections as may be: " + std::to_string(here.limits.connections),
                      "limits.connections"),
           memory);
    return false;
  }

  void serve(IoThread& worker, Protocol::socket socket, Caller caller) {
    const auto on_closed = [this, &worker, uid = caller.uid](const std::shared_ptr<Connection>& closed) {
      worker.connections.erase(closed);
      const std::lock_guard guard(mutex);
      if (--open_of[uid] == 0) open_of.erase(uid);
      if (--open == 0) all_closed.notify_all();
    };
    auto connection =
        std::make_shared<Connection>(worker, std::move(socket), caller, dispatcher, hooks, memory, on_closed);
    worker.connections.insert(connection);
    connection->start();
  }

  template <class F>
  void on_every_thread(F act) {
    for (auto& worker : workers) asio::post(worker->context, [&worker = *worker, act] { act(worker); });
  }

  template <class F>
  void on_every_connection(F act) {
    on_every_thread([act](IoThread& worker) {
      const auto connections = worker.connections;
      for (const auto& connection : connections) act(*connection);
    });
  }
};

Server::Server(const Dispatcher& dispatcher, IdentifyPeer identify, BatchHooks hooks, std::pmr::memory_resource* memory,
               Options options)
    : impl_(std::make_unique<Impl>(dispatcher, std::move(identify), std::move(hooks), memory, std::move(options))) {}

Server::~Server() {
  stop(std::chrono::milliseconds(0));
}

std::size_t Server::connections() const noexcept {
  return impl_->open;
}

Dropped Server::dropped() const {
  return impl_->shared.drops.counts();
}

void Server::set_limits(const Limits& limits) {
  impl_->shared.unread.set_limit(limits.unread_total);
  impl_->shared.half_messages.set_limit(limits.half_messages_total);
  impl_->on_every_thread([limits](IoThread& worker) { worker.set_limits(limits); });
}

Status Server::start(int listening_socket) {
  boost::system::error_code error;
  auto& context = impl_->workers.front()->context;
  impl_->acceptor = std::make_unique<Protocol::acceptor>(context);
  impl_->pause = std::make_unique<asio::steady_timer>(context);
  impl_->acceptor->assign(Protocol(), listening_socket, error);
  if (!error) impl_->acceptor->non_blocking(true, error);
  if (error) return make_error(ErrorCode::internal, "the listening socket cannot be used");
  impl_->wait_for_client();
  for (auto& worker : impl_->workers) worker->start();
  impl_->running = true;
  return {};
}

void Server::stop(std::chrono::milliseconds deadline) {
  if (!std::exchange(impl_->running, false)) return;
  // On the accepting thread: what it has accepted then stands in the queues of the others already.
  asio::post(impl_->workers.front()->context, [this] {
    boost::system::error_code ignored;
    impl_->acceptor->close(ignored);
    impl_->pause->cancel();
    impl_->on_every_connection([](Connection& connection) { connection.stop(); });
  });
  {
    std::unique_lock lock(impl_->mutex);
    impl_->all_closed.wait_for(lock, deadline, [this] { return impl_->open == 0; });
  }
  impl_->on_every_connection([](Connection& connection) { connection.close(); });
  impl_->shared.syncer.stop();
  for (auto& worker : impl_->workers) worker->join();
}

}  // namespace strongroom::ipc
