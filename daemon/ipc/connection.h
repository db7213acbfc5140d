// One client: frames in, answers out, in order.
//
// Everything of a connection happens on its I/O thread; only LaterReply reaches it from others, by posting. A frame
// that is malformed, too long or carries a descriptor closes the connection. A client that does not read its answers is
// not read from either, until it does.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <strongroom/base/wiped_memory.h>
#include <strongroom/protocol/json.h>

#include "daemon/ipc/call.h"
#include "daemon/ipc/dispatcher.h"
#include "daemon/ipc/server.h"

namespace strongroom::ipc {

struct ConnectionLimits {
  std::size_t message = 16 * 1024 * 1024;  // bytes of one message, the NUL not counted
  std::size_t unsent = 1024 * 1024;        // bytes waiting for the client before it is not read from any more
  std::size_t unfinished = 256;            // calls that are finished later, at once
};

// What the connections of one I/O thread share.
struct IoThread {
  explicit IoThread(std::pmr::memory_resource* memory) : context(1), input(memory), output(memory) {}

  boost::asio::io_context context;
  WipedBytes input;    // scratch of one read
  WipedString output;  // scratch of the answers to it
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;
  using Closed = std::function<void(const std::shared_ptr<Connection>&)>;

  Connection(IoThread& thread, Socket socket, Caller caller, const Dispatcher& dispatcher, const BatchHooks& hooks,
             const ConnectionLimits& limits, std::pmr::memory_resource* memory, Closed closed);
  ~Connection();

  // On the I/O thread.
  void start();
  // Reads no more, closes as soon as nothing is in flight and all is sent. On the I/O thread.
  void drain();
  void close();

 private:
  struct Slot {
    WipedString message;  // whole messages, NULs included
    bool done = false;
    bool oneway = false;
  };

  void wait_readable();
  void on_readable();
  void take_input(std::string_view input);
  void proceed();
  void after_processing();
  void proceed_if_possible();
  bool may_process() const noexcept;
  std::size_t process_batch(std::string_view input);
  std::size_t process_frames(std::string_view input);
  bool process_frame(std::string_view frame);
  void call_now(const Result<const BoundMethod*>& method, const protocol::CallEnvelope& call, const CallInfo& info);
  void call_later(const BoundMethod& method, const protocol::CallEnvelope& call, const CallInfo& info);
  void refuse(const Error& error);
  void close_after_flush();
  void on_later(std::size_t number, WipedString message, bool last);
  void flush();
  std::size_t send_some(std::string_view text);
  void wait_writable();
  void send_unsent();
  void finish_if_drained();

  IoThread& thread_;
  Socket socket_;
  Caller caller_;
  const Dispatcher& dispatcher_;
  const BatchHooks& hooks_;
  const ConnectionLimits& limits_;
  std::pmr::memory_resource* memory_;
  Closed closed_;
  WipedBytes pending_;          // input that is no whole frame yet, or waits for its turn
  WipedString unsent_;          // answers the kernel did not take yet
  std::deque<Slot> slots_;      // answers of calls in flight, in the order of the calls
  std::size_t first_slot_ = 0;  // number of slots_.front()
  bool serial_ = false;         // a serial call is in flight
  bool waits_ = false;          // the next frame waits for calls in flight
  bool left_early_ = false;     // whole frames may wait in pending_ because too much was unsent
  bool reading_ = false;        // a wait for input is under way
  bool writing_ = false;        // a wait for room is under way
  bool draining_ = false;
  bool open_ = true;
};

}  // namespace strongroom::ipc
