#include "daemon/ipc/connection.h"

#include <atomic>
#include <cstring>

#include <boost/asio/post.hpp>

#include <strongroom/protocol/message.h>

#include "daemon/ipc/receive.h"

namespace strongroom::ipc {

namespace asio = boost::asio;

namespace {

constexpr std::size_t k_read_size = 64 * 1024;
constexpr std::size_t k_large_answer = 64 * 1024;  // longer than this takes about as long to make as to be woken

std::uint64_t next_session() {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

std::int64_t next_request_id() {
  static std::atomic<std::int64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

// A budget asks on any thread and under its lock: all that happens there is a post that does not keep the connection.
Connection::Connection(IoThread& thread, Socket socket, Caller caller, const Dispatcher& dispatcher,
                       const BatchHooks& hooks, std::pmr::memory_resource* memory, Closed closed)
    : thread_(thread),
      socket_(std::move(socket)),
      caller_(caller),
      subject_{.uid = caller.uid, .pid = static_cast<std::uint64_t>(caller.pid), .session = next_session()},
      dispatcher_(dispatcher),
      hooks_(hooks),
      memory_(memory),
      closed_(std::move(closed)),
      pending_(memory),
      unsent_(memory),
      unread_share_(thread.shared.unread, [this] { thread_.ask_back(weak_from_this(), &Connection::on_unread_total); }),
      half_message_share_(thread.shared.half_messages,
                          [this] { thread_.ask_back(weak_from_this(), &Connection::on_half_messages_total); }) {}

Connection::~Connection() = default;

void Connection::start() {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  active_ = IoThread::Clock::now();
  if (thread_.limits.idle.count() > 0) thread_.look_at(active_ + thread_.limits.idle);
  wait_readable();
}

void Connection::stop() {
  end_stream(make_error(ErrorCode::cancelled, "the daemon is stopping"));
  drain();
}

void Connection::close() {
  if (!open_) return;
  open_ = false;
  boost::system::error_code ignored;
  socket_.close(ignored);
  for (auto& slot : slots_)
    if (slot.stream) slot.stream->end();
  slots_.clear();
  in_slots_ = 0;
  release_unsent();
  release_pending();
  account();
  closed_(shared_from_this());
}

void Connection::wait_readable() {
  if (reading_ || !open_ || draining_) return;
  reading_ = true;
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
    self->reading_ = false;
    if (!self->open_) return;
    if (error) return self->close();
    self->on_readable();
  });
}

void Connection::on_readable() {
  thread_.give_back();
  if (!open_) return;
  if (thread_.made_large_answer() && !asks_for_little_) return wait_readable();
  WipedBytes& input = thread_.input;
  input.resize(k_read_size);
  Received received = receive(socket_.native_handle(), input);
  active_ = IoThread::Clock::now();
  switch (received.kind) {
    case Received::Kind::none:
      return wait_readable();
    case Received::Kind::closed:
      return drain();
    case Received::Kind::refused:
      thread_.note_drop(DropReason::descriptor);
      return close();
    case Received::Kind::bytes:
      break;
  }
  if (received.descriptor) {
    if (passed_) {
      thread_.note_drop(DropReason::descriptor);
      return close();
    }
    passed_ = std::move(received.descriptor);
  }
  take_input({reinterpret_cast<const char*>(input.data()), received.size});
  wipe(input.data(), received.size);
}

// Works on `input` in place when nothing waits before it, so that the common request is never copied.
void Connection::take_input(std::string_view input) {
  if (!pending_.empty()) {
    const bool still_half = continues_half_message(input);
    pending_.insert(pending_.end(), input.begin(), input.end());
    if (!still_half) return proceed();
    account();
    return wait_readable();
  }
  const std::size_t used = process_batch(input);
  if (!open_) return;
  pending_.assign(input.begin() + static_cast<std::ptrdiff_t>(used), input.end());
  note_half_message(used);
  if (!check_passed()) return;
  after_processing();
}

// Then what is there already need not be searched again, however small the pieces are.
bool Connection::continues_half_message(std::string_view input) const noexcept {
  return half_ && !waits_ && !left_early_ && may_process() &&
         pending_.size() + input.size() <= thread_.limits.message &&
         std::memchr(input.data(), '\0', input.size()) == nullptr;
}

// Takes what waits in pending_.
void Connection::proceed() {
  const std::size_t used = process_batch({reinterpret_cast<const char*>(pending_.data()), pending_.size()});
  if (!open_) return;
  const std::size_t left = pending_.size() - used;
  std::memmove(pending_.data(), pending_.data() + used, left);
  wipe(pending_.data() + left, used);
  pending_.resize(left);
  if (pending_.empty()) pending_.shrink_to_fit();
  note_half_message(used);
  if (!check_passed()) return;
  after_processing();
}

// A descriptor that no message of those it came with has taken. False: the connection is closed.
bool Connection::check_passed() {
  if (!passed_ || !pending_.empty()) return true;
  thread_.note_drop(DropReason::descriptor);
  close();
  return false;
}

void Connection::note_half_message(std::size_t used) {
  if (!half_) {
    half_since_ = Time::max();
  } else if (used > 0 || half_since_ == Time::max()) {
    half_since_ = active_;
    thread_.look_at(half_since_ + thread_.limits.half_message);
  }
}

void Connection::after_processing() {
  flush();
  wipe_stack_below();
  if (!open_) return;
  if (draining_) {
    release_pending();
    account();
    return finish_if_drained();
  }
  account();
  if (waits_ || !may_process()) return;
  // What was left because the answers grew too long goes on now that they are sent.
  if (left_early_)
    asio::post(thread_.context, [self = shared_from_this()] { self->proceed_if_possible(); });
  else
    wait_readable();
}

void Connection::proceed_if_possible() {
  thread_.give_back();
  if (left_early_ && may_process()) proceed();
}

bool Connection::may_process() const noexcept {
  return open_ && !draining_ && !serial_ && slots_.size() < thread_.limits.calls_in_flight &&
         unsent() + thread_.output.size() < thread_.limits.unread;
}

// The answers leave before the snapshot ends: nobody has to wait for that.
std::size_t Connection::process_batch(std::string_view input) {
  hooks_.begin();
  const std::size_t used = process_frames(input);
  asks_for_little_ = thread_.output.size() < k_large_answer;
  if (!asks_for_little_) thread_.note_large_answer();
  flush();
  hooks_.end();
  return used;
}

// Returns how many bytes of whole frames were used.
std::size_t Connection::process_frames(std::string_view input) {
  std::size_t used = 0;
  waits_ = false;
  half_ = false;
  while (used < input.size() && may_process()) {
    const auto* end = static_cast<const char*>(std::memchr(input.data() + used, '\0', input.size() - used));
    const std::size_t size = end ? static_cast<std::size_t>(end - input.data()) - used : input.size() - used;
    if (size > thread_.limits.message) {
      refuse(DropReason::message_size,
             make_error(ErrorCode::malformed, "the message is too long", "limits.message_bytes"));
      break;
    }
    if (!end) {
      half_ = true;
      break;
    }
    if (!process_frame(input.substr(used, size))) {
      waits_ = true;
      break;
    }
    used += size + 1;
  }
  left_early_ = !waits_ && used < input.size() && !may_process();
  return used;
}

// False when the frame has to wait for calls in flight.
bool Connection::process_frame(std::string_view frame) {
  protocol::JsonDocument document(memory_);
  Status parsed = document.parse(frame);
  Result<protocol::CallEnvelope> call =
      parsed ? protocol::read_call(document.root()) : Result<protocol::CallEnvelope>(parsed.error());
  if (!call) {
    if (!slots_.empty()) return false;
    refuse(DropReason::malformed, call.error());
    return true;
  }
  const auto found = dispatcher_.find(call->method);
  bool elsewhere = false;
  const CallInfo info{&caller_, next_request_id(),         call->more, memory_, &subject_,
                      nullptr,  dispatcher_.live_values(), &elsewhere};
  if (found && (*found)->ordering == Ordering::pipelined) {
    call_later(**found, *call, info);
    return true;
  }
  if (!slots_.empty()) return false;
  if (found && (*found)->ordering == Ordering::serial) {
    serial_ = true;
    call_later(**found, *call, info);
    return true;
  }
  call_now(found, *call, info);
  if (elsewhere) call_later(**found, *call, info);
  return true;
}

}  // namespace strongroom::ipc
