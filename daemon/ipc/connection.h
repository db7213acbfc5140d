// One client: frames in, answers out, in order.
//
// Everything of a connection happens on its I/O thread; only LaterReply, StreamWay and the budgets reach it from
// others, by posting. A frame that is malformed, too long or carries a descriptor closes the connection. A client that
// does not read its answers is not read from either, until it does; who breaks a limit is told, where that can be, and
// dropped.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string_view>

#include <boost/asio/local/stream_protocol.hpp>

#include <strongroom/base/wiped_memory.h>
#include <strongroom/protocol/json.h>

#include "daemon/ipc/call.h"
#include "daemon/ipc/dispatcher.h"
#include "daemon/ipc/io_thread.h"
#include "daemon/ipc/server.h"

namespace strongroom::ipc {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;
  using Closed = std::function<void(const std::shared_ptr<Connection>&)>;
  using Time = IoThread::Clock::time_point;

  Connection(IoThread& thread, Socket socket, Caller caller, const Dispatcher& dispatcher, const BatchHooks& hooks,
             std::pmr::memory_resource* memory, Closed closed);
  ~Connection();

  // All on the I/O thread.
  void start();
  // The daemon stops: ends streams, reads no more, closes as soon as nothing is in flight and all is sent.
  void stop();
  void close();
  // The audit log is on the disk up to `reached`; what was held for that may leave.
  void release(std::uint64_t reached);
  // Drops the client when a deadline has passed. Returns the next one; Time::max() when there is none.
  Time check_deadlines(Time now);

 private:
  struct Slot {
    WipedString message;  // whole messages, NULs included
    bool done = false;
    bool oneway = false;
    std::shared_ptr<StreamWay> stream;
  };

  void wait_readable();
  void on_readable();
  void take_input(std::string_view input);
  bool continues_half_message(std::string_view input) const noexcept;
  void proceed();
  void after_processing();
  void proceed_if_possible();
  void note_half_message(std::size_t used);
  bool check_passed();
  bool may_process() const noexcept;
  std::size_t process_batch(std::string_view input);
  std::size_t process_frames(std::string_view input);
  bool process_frame(std::string_view frame);
  void call_now(const Result<const BoundMethod*>& method, const protocol::CallEnvelope& call, const CallInfo& info);
  Status answer_now(const BoundMethod& method, const protocol::CallEnvelope& call, const CallInfo& info,
                    WipedString& out);
  void call_later(const BoundMethod& method, const protocol::CallEnvelope& call, const CallInfo& info);
  Status record_call(const BoundMethod& method, const audit::CallRecord& record, LaterReply& reply);
  void note_introduction(const protocol::JsonValue& parameters);
  void hold_until(std::uint64_t sequence);
  std::shared_ptr<LaterReply> reply_to(const protocol::CallEnvelope& call, const CallInfo& info, bool may_stream);
  std::shared_ptr<StreamWay> make_stream(std::size_t number);
  void watch_peer();
  bool is_streaming() const noexcept;
  void on_later(std::size_t number, WipedString message);
  void on_partial(std::size_t number, WipedString message);
  void put_into_slot(std::size_t number, const WipedString& message);
  void finish_slot(Slot& slot);
  void take_ready();

  // Says `error` behind everything that is in flight, takes no more input and closes when all is sent.
  void refuse(DropReason reason, const Error& error);
  void refuse_now(DropReason reason, const Error& error);
  // Gives back what is unread, says `error` if that can be said now, and closes.
  void cut(DropReason reason, const Error& error);
  void end_stream(const Error& error);
  void on_overflow();
  void on_unread_total();
  void on_half_messages_total();
  void drain();
  void finish_if_drained();

  void flush();
  std::size_t send_some(std::string_view text);
  void wait_writable();
  void send_unsent();
  void keep_unsent(std::size_t sent);

  std::size_t unsent() const noexcept { return unsent_.size() - unsent_from_; }

  void release_unsent();
  void release_pending();
  void account();

  IoThread& thread_;
  Socket socket_;
  Caller caller_;
  audit::Subject subject_;
  const Dispatcher& dispatcher_;
  const BatchHooks& hooks_;
  std::pmr::memory_resource* memory_;
  Closed closed_;
  WipedBytes pending_;  // input that is no whole frame yet, or waits for its turn
  WipedString unsent_;  // answers the kernel did not take yet, from unsent_from_ on
  std::size_t unsent_from_ = 0;
  std::deque<Slot> slots_;               // answers of calls in flight, in the order of the calls
  std::size_t first_slot_ = 0;           // number of slots_.front()
  std::size_t in_slots_ = 0;             // bytes of their messages
  std::optional<std::uint64_t> intent_;  // of the call that begins
  platform::Descriptor passed_;          // came with a message that was not looked at yet
  Budget::Holder unread_share_;
  Budget::Holder half_message_share_;
  std::size_t unread_accounted_ = 0;
  std::size_t pending_accounted_ = 0;
  std::uint64_t held_until_ = 0;
  Time active_{};                  // when something was read last
  Time progress_{};                // when the client took something last, or began to have something to take
  Time half_since_ = Time::max();  // when the message began that is not complete
  bool asks_for_little_ = false;   // its last answers were short
  bool half_ = false;              // pending_ ends in a message that is not complete
  bool between_messages_ = true;   // the kernel has whole messages only
  bool serial_ = false;            // a serial call is in flight
  bool waits_ = false;             // the next frame waits for calls in flight
  bool left_early_ = false;        // whole frames may wait in pending_ because too much was unsent
  bool reading_ = false;           // a wait for input is under way
  bool writing_ = false;           // a wait for room is under way
  bool watching_ = false;          // a wait for the peer's end is under way
  bool draining_ = false;
  bool held_ = false;  // answers wait until the audit log is on the disk up to held_until_
  bool open_ = true;
};

}  // namespace strongroom::ipc
