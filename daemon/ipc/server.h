// The listener and its I/O threads.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <memory_resource>
#include <vector>

#include <strongroom/base/result.h>

#include "daemon/ipc/dispatcher.h"
#include "daemon/ipc/drop_ledger.h"
#include "daemon/ipc/limits.h"

namespace strongroom::ipc {

// Runs around the requests of a connection that are ready together, so that they share what is costly to begin.
struct BatchHooks {
  std::function<void()> begin = [] {};
  std::function<void()> end = [] {};
};

class Server {
 public:
  struct Options {
    std::size_t threads = 2;
    Limits limits{};
    DropLedger::Report report{};  // takes lines for the log, on any thread
    DropLedger::Record record{};  // takes the same for the audit log
  };

  // Tells who is at the other end of a connected socket; any error closes it.
  using IdentifyPeer = std::function<Result<Caller>(int socket)>;

  // Everything referred to must outlive the server.
  Server(const Dispatcher& dispatcher, IdentifyPeer identify, BatchHooks hooks, std::pmr::memory_resource* memory,
         Options options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Takes over a listening AF_UNIX stream socket and starts the threads. Error: internal.
  Status start(int listening_socket);

  // Accepts and reads no more, lets what is in flight finish until the deadline, closes everything, joins the threads.
  void stop(std::chrono::milliseconds deadline);

  // From now on, also for the connections that are open. Thread-safe while it runs.
  void set_limits(const Limits& limits);

  std::size_t connections() const noexcept;
  // Thread-safe.
  Dropped dropped() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strongroom::ipc
