#include "daemon/ipc/connection.h"

#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include <boost/asio/post.hpp>

#include <strongroom/protocol/message.h>

#include "daemon/ipc/receive.h"

namespace strongroom::ipc {

namespace asio = boost::asio;

namespace {

constexpr std::size_t k_read_size = 64 * 1024;

std::int64_t next_request_id() {
  static std::atomic<std::int64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

void clear_wiped(WipedString& text) {
  wipe(text.data(), text.size());
  text.clear();
}

}  // namespace

Connection::Connection(IoThread& thread, Socket socket, Caller caller, const Dispatcher& dispatcher,
                       const BatchHooks& hooks, const ConnectionLimits& limits, std::pmr::memory_resource* memory,
                       Closed closed)
    : thread_(thread),
      socket_(std::move(socket)),
      caller_(caller),
      dispatcher_(dispatcher),
      hooks_(hooks),
      limits_(limits),
      memory_(memory),
      closed_(std::move(closed)),
      pending_(memory),
      unsent_(memory) {}

Connection::~Connection() = default;

void Connection::start() {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  wait_readable();
}

void Connection::drain() {
  draining_ = true;
  finish_if_drained();
}

void Connection::finish_if_drained() {
  if (draining_ && open_ && slots_.empty() && unsent_.empty()) close();
}

void Connection::close() {
  if (!open_) return;
  open_ = false;
  boost::system::error_code ignored;
  socket_.close(ignored);
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
  WipedBytes& input = thread_.input;
  input.resize(k_read_size);
  const Received received = receive(socket_.native_handle(), input);
  switch (received.kind) {
    case Received::Kind::none:
      return wait_readable();
    case Received::Kind::closed:
      return drain();
    case Received::Kind::refused:
      return close();
    case Received::Kind::bytes:
      break;
  }
  take_input({reinterpret_cast<const char*>(input.data()), received.size});
  wipe(input.data(), received.size);
}

// Works on `input` in place when nothing waits before it, so that the common request is never copied.
void Connection::take_input(std::string_view input) {
  if (!pending_.empty()) {
    pending_.insert(pending_.end(), input.begin(), input.end());
    return proceed();
  }
  const std::size_t used = process_batch(input);
  if (!open_) return;
  pending_.assign(input.begin() + static_cast<std::ptrdiff_t>(used), input.end());
  after_processing();
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
  after_processing();
}

void Connection::after_processing() {
  flush();
  wipe_stack_below();
  if (!open_) return;
  if (draining_) return finish_if_drained();
  if (waits_ || !may_process()) return;
  // What was left because the answers grew too long goes on now that they are sent.
  if (left_early_)
    asio::post(thread_.context, [self = shared_from_this()] { self->proceed_if_possible(); });
  else
    wait_readable();
}

void Connection::proceed_if_possible() {
  if (left_early_ && may_process()) proceed();
}

bool Connection::may_process() const noexcept {
  return open_ && !draining_ && !serial_ && slots_.size() < limits_.unfinished &&
         unsent_.size() + thread_.output.size() < limits_.unsent;
}

// The answers leave before the snapshot ends: nobody has to wait for that.
std::size_t Connection::process_batch(std::string_view input) {
  hooks_.begin();
  const std::size_t used = process_frames(input);
  flush();
  hooks_.end();
  return used;
}

// Returns how many bytes of whole frames were used.
std::size_t Connection::process_frames(std::string_view input) {
  std::size_t used = 0;
  waits_ = false;
  while (used < input.size() && may_process()) {
    const auto* end = static_cast<const char*>(std::memchr(input.data() + used, '\0', input.size() - used));
    const std::size_t size = end ? static_cast<std::size_t>(end - input.data()) - used : input.size() - used;
    if (size > limits_.message) {
      refuse(make_error(ErrorCode::malformed, "the message is too long"));
      close_after_flush();
      break;
    }
    if (!end) break;
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
    refuse(call.error());
    close_after_flush();
    return true;
  }
  const CallInfo info{&caller_, next_request_id(), call->more, memory_};
  const auto found = dispatcher_.find(call->method);
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
  return true;
}

void Connection::call_now(const Result<const BoundMethod*>& method, const protocol::CallEnvelope& call,
                          const CallInfo& info) {
  WipedString& out = thread_.output;
  const std::size_t start = out.size();
  protocol::begin_reply(out, false);
  Status status;
  if (!method)
    status = method.error();
  else if (call.upgrade)
    status = make_error(ErrorCode::not_implemented, "no method here upgrades its connection", std::string(call.method));
  else
    status = dispatcher_.admission().admit_call(*(*method)->info, info);
  if (status) status = (*method)->now(call.parameters, info, out);
  if (status) {
    protocol::end_message(out);
  } else {
    wipe(out.data() + start, out.size() - start);
    out.resize(start);
    protocol::write_error(out, status.error(), info.request_id);
  }
  if (!call.oneway) return;
  wipe(out.data() + start, out.size() - start);
  out.resize(start);
}

void Connection::call_later(const BoundMethod& method, const protocol::CallEnvelope& call, const CallInfo& info) {
  const std::size_t number = first_slot_ + slots_.size();
  slots_.push_back({WipedString(memory_), false, call.oneway});
  auto send = [self = shared_from_this(), number](WipedString message, bool last) {
    asio::post(self->thread_.context, [self, number, message = std::move(message), last]() mutable {
      self->on_later(number, std::move(message), last);
    });
  };
  auto reply = std::make_shared<LaterReply>(std::move(send), info.request_id, memory_);
  if (call.upgrade)
    return reply->fail(
        make_error(ErrorCode::not_implemented, "no method here upgrades its connection", std::string(call.method)));
  if (auto status = dispatcher_.admission().admit_call(*method.info, info); !status) return reply->fail(status.error());
  method.later(call.parameters, info, std::move(reply));
}

void Connection::refuse(const Error& error) {
  protocol::write_error(thread_.output, error, next_request_id());
}

// No more input is taken; what is written goes out first.
void Connection::close_after_flush() {
  draining_ = true;
}

void Connection::on_later(std::size_t number, WipedString message, bool last) {
  if (!open_) return;
  Slot& slot = slots_[number - first_slot_];
  if (!slot.oneway) slot.message.append(message);
  slot.done = last;
  if (last) serial_ = false;
  while (!slots_.empty()) {
    Slot& front = slots_.front();
    thread_.output.append(front.message);
    clear_wiped(front.message);
    if (!front.done) break;
    slots_.pop_front();
    ++first_slot_;
  }
  if (pending_.empty())
    after_processing();
  else
    proceed();
}

// Everything that is ready leaves in one write.
void Connection::flush() {
  WipedString& output = thread_.output;
  if (output.empty()) return;
  if (!unsent_.empty() || !open_) {
    if (open_) unsent_.append(output);
    return clear_wiped(output);
  }
  const std::size_t sent = send_some(output);
  if (open_ && sent < output.size()) {
    unsent_.assign(output, sent);
    wait_writable();
  }
  clear_wiped(output);
}

std::size_t Connection::send_some(std::string_view text) {
  ssize_t n = 0;
  do n = ::send(socket_.native_handle(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  if (n >= 0) return static_cast<std::size_t>(n);
  if (errno != EAGAIN && errno != EWOULDBLOCK) close();
  return 0;
}

void Connection::wait_writable() {
  if (writing_ || !open_) return;
  writing_ = true;
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const boost::system::error_code& error) {
    self->writing_ = false;
    if (!self->open_) return;
    if (error) return self->close();
    self->send_unsent();
  });
}

void Connection::send_unsent() {
  const std::size_t sent = send_some(unsent_);
  if (!open_) return;
  const std::size_t left = unsent_.size() - sent;
  std::memmove(unsent_.data(), unsent_.data() + sent, left);
  wipe(unsent_.data() + left, sent);
  unsent_.resize(left);
  if (left > 0) return wait_writable();
  unsent_.shrink_to_fit();
  if (!pending_.empty()) return proceed();
  after_processing();
}

}  // namespace strongroom::ipc
