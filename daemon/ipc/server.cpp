#include "daemon/ipc/server.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_set>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "daemon/ipc/connection.h"

namespace strongroom::ipc {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;

namespace {

struct Worker {
  explicit Worker(std::pmr::memory_resource* memory) : io(memory), work(asio::make_work_guard(io.context)) {}

  IoThread io;
  asio::executor_work_guard<asio::io_context::executor_type> work;
  std::unordered_set<std::shared_ptr<Connection>> connections;  // on the I/O thread only
  std::thread thread;
};

}  // namespace

struct Server::Impl {
  Impl(const Dispatcher& d, IdentifyPeer i, BatchHooks h, std::pmr::memory_resource* m, Options o)
      : dispatcher(d),
        identify(std::move(i)),
        hooks(std::move(h)),
        memory(m),
        options(o),
        limits{.message = o.max_message} {
    for (std::size_t n = 0; n < std::max<std::size_t>(options.threads, 1); ++n)
      workers.push_back(std::make_unique<Worker>(memory));
  }

  const Dispatcher& dispatcher;
  IdentifyPeer identify;
  BatchHooks hooks;
  std::pmr::memory_resource* memory;
  Options options;
  ConnectionLimits limits;
  std::vector<std::unique_ptr<Worker>> workers;
  std::unique_ptr<Protocol::acceptor> acceptor;
  std::unique_ptr<asio::steady_timer> pause;
  std::size_t next_worker = 0;
  std::atomic<std::size_t> open = 0;
  std::mutex mutex;
  std::condition_variable all_closed;

  void wait_for_client() {
    acceptor->async_wait(Protocol::acceptor::wait_read, [this](const boost::system::error_code& error) {
      if (error || !acceptor->is_open()) return;
      if (accept_all()) return wait_for_client();
      // No descriptor is free: the waiting client stays in the queue, and asking at once again would only burn time.
      pause->expires_after(std::chrono::milliseconds(100));
      pause->async_wait([this](const boost::system::error_code& ended) {
        if (!ended && acceptor->is_open()) wait_for_client();
      });
    });
  }

  // False when the system has no room for another connection.
  bool accept_all() {
    for (;;) {
      boost::system::error_code error;
      Worker& worker = *workers[next_worker++ % workers.size()];
      Protocol::socket socket = acceptor->accept(worker.io.context, error);
      if (error) return error == asio::error::would_block || error == asio::error::try_again;
      const auto caller = identify(socket.native_handle());
      if (!caller || !dispatcher.admission().admit_peer(*caller) || open >= options.max_connections) continue;
      ++open;
      asio::post(worker.io.context, [this, &worker, caller = *caller, socket = std::move(socket)]() mutable {
        serve(worker, std::move(socket), caller);
      });
    }
  }

  void serve(Worker& worker, Protocol::socket socket, Caller caller) {
    auto connection = std::make_shared<Connection>(worker.io, std::move(socket), caller, dispatcher, hooks, limits,
                                                   memory, [this, &worker](const auto& closed) {
                                                     worker.connections.erase(closed);
                                                     const std::lock_guard guard(mutex);
                                                     if (--open == 0) all_closed.notify_all();
                                                   });
    worker.connections.insert(connection);
    connection->start();
  }

  template <class F>
  void on_every_connection(F act) {
    for (auto& worker : workers)
      asio::post(worker->io.context, [&worker, act] {
        const auto connections = worker->connections;
        for (const auto& connection : connections) act(*connection);
      });
  }
};

Server::Server(const Dispatcher& dispatcher, IdentifyPeer identify, BatchHooks hooks, std::pmr::memory_resource* memory,
               Options options)
    : impl_(std::make_unique<Impl>(dispatcher, std::move(identify), std::move(hooks), memory, options)) {}

Server::~Server() {
  stop(std::chrono::milliseconds(0));
}

std::size_t Server::connections() const noexcept {
  return impl_->open;
}

Status Server::start(int listening_socket) {
  boost::system::error_code error;
  impl_->acceptor = std::make_unique<Protocol::acceptor>(impl_->workers.front()->io.context);
  impl_->pause = std::make_unique<asio::steady_timer>(impl_->workers.front()->io.context);
  impl_->acceptor->assign(Protocol(), listening_socket, error);
  if (!error) impl_->acceptor->non_blocking(true, error);
  if (error) return make_error(ErrorCode::internal, "the listening socket cannot be used");
  impl_->wait_for_client();
  for (auto& worker : impl_->workers) worker->thread = std::thread([&context = worker->io.context] { context.run(); });
  return {};
}

void Server::stop(std::chrono::milliseconds deadline) {
  if (impl_->workers.empty() || !impl_->workers.front()->thread.joinable()) return;
  asio::post(impl_->workers.front()->io.context, [this] {
    boost::system::error_code ignored;
    impl_->acceptor->close(ignored);
    impl_->pause->cancel();
  });
  impl_->on_every_connection([](Connection& connection) { connection.drain(); });
  {
    std::unique_lock lock(impl_->mutex);
    impl_->all_closed.wait_for(lock, deadline, [this] { return impl_->open == 0; });
  }
  impl_->on_every_connection([](Connection& connection) { connection.close(); });
  for (auto& worker : impl_->workers) {
    worker->work.reset();
    asio::post(worker->io.context, [&context = worker->io.context] { context.stop(); });
    worker->thread.join();
  }
}

}  // namespace strongroom::ipc
