#include <poll.h>

#include <boost/asio/post.hpp>

#include <strongroom/protocol/message.h>

#include "daemon/ipc/connection.h"

namespace strongroom::ipc {

namespace asio = boost::asio;

namespace {

audit::CallRecord record_of(const BoundMethod& method, const protocol::CallEnvelope& call, const CallInfo& info) {
  return {.policy = &method.info->audit,
          .subject = info.subject,
          .request = static_cast<std::uint64_t>(info.request_id),
          .parameters = &call.parameters};
}

}  // namespace

void Connection::call_now(const Result<const BoundMethod*>& method, const protocol::CallEnvelope& call,
                          const CallInfo& info) {
  const auto begun = DurationHistogram::Clock::now();
  WipedString& out = thread_.output;
  const std::size_t start = out.size();
  protocol::begin_reply(out, false);
  Status status;
  if (!method)
    status = method.error();
  else if (call.upgrade)
    status = make_error(ErrorCode::not_implemented, "no method here upgrades its connection", std::string(call.method));
  else
    status = answer_now(**method, call, info, out);
  if (*info.elsewhere) {
    wipe(out.data() + start, out.size() - start);
    out.resize(start);
    return;
  }
  if (status) {
    protocol::end_message(out);
  } else {
    wipe(out.data() + start, out.size() - start);
    out.resize(start);
    protocol::write_error(out, status.error(), info.request_id);
    // What a client sent in place of a name may be anything.
    if (const auto failures = dispatcher_.failures())
      failures->tell(method ? (*method)->full_name() : "an unknown method", info.request_id, status.error());
  }
  if (method) dispatcher_.durations((*method)->info->effect).add(DurationHistogram::Clock::now() - begun);
  if (!call.oneway) return;
  wipe(out.data() + start, out.size() - start);
  out.resize(start);
}

// What the audit log cannot hold does not leave.
Status Connection::answer_now(const BoundMethod& method, const protocol::CallEnvelope& call, const CallInfo& info,
                              WipedString& out) {
  audit::Recorder* const recorder = dispatcher_.recorder();
  const audit::CallRecord record = record_of(method, call, info);
  if (auto admitted = dispatcher_.admission().admit_call(*method.info, info); !admitted) {
    if (recorder) recorder->denied(record, admitted.error());
    return admitted;
  }
  Status status = method.now(call.parameters, info, out);
  if (*info.elsewhere) return status;
  if (status && method.info == &protocol::service::Identify::info) note_introduction(call.parameters);
  if (!recorder || method.info->audit.kind != protocol::Audited::use) return status;
  STRONGROOM_ASSIGN(const auto wait, recorder->used(record, method.info->effect, status ? nullptr : &status.error()));
  if (wait) hold_until(*wait);
  return status;
}

void Connection::note_introduction(const protocol::JsonValue& parameters) {
  const auto text = [&](std::string_view name) {
    const auto* value = parameters.find(name);
    return value ? std::string(value->string()) : std::string();
  };
  subject_.client = text("client");
  subject_.reason = text("reason");
}

// A stream is recorded when it begins, all else when it ends; what changes something also before.
Status Connection::record_call(const BoundMethod& method, const audit::CallRecord& record, LaterReply& reply) {
  audit::Recorder* const recorder = dispatcher_.recorder();
  if (!recorder || method.info->audit.kind == protocol::Audited::no) return {};
  if (method.info->audit.kind == protocol::Audited::change) {
    STRONGROOM_ASSIGN(const auto intent, recorder->begin(record));
    intent_ = intent;
    // What does not go through the store changes something at once.
    if (intent && method.ordering == Ordering::serial) recorder->sync(*intent);
    reply.set_settle([recorder, outcome = recorder->outcome_of(record, intent)](const Error* error) {
      recorder->end(outcome, error);
      return Status();
    });
    return {};
  }
  if (reply.stream()) {
    const auto used = recorder->used(record, protocol::Effect::read, nullptr);
    return used ? Status() : Status(used.error());
  }
  reply.set_settle([recorder, outcome = recorder->outcome_of(record, std::nullopt)](const Error* error) {
    return recorder->used_later(outcome, error);
  });
  return {};
}

void Connection::call_later(const BoundMethod& method, const protocol::CallEnvelope& call, const CallInfo& info) {
  auto reply = reply_to(call, info, method.ordering == Ordering::serial);
  if (auto failures = dispatcher_.failures())
    reply->set_on_failure([failures = std::move(failures), name = method.full_name(),
                           request = info.request_id](const Error& error) { failures->tell(name, request, error); });
  if (!reply->stream()) reply->measure(dispatcher_.durations(method.info->effect));
  if (call.upgrade)
    return reply->fail(
        make_error(ErrorCode::not_implemented, "no method here upgrades its connection", std::string(call.method)));
  // It is this call's or nobody's.
  platform::Descriptor passed;
  if (method.info->passes == protocol::Passes::descriptor) passed = std::move(passed_);
  const audit::CallRecord record = record_of(method, call, info);
  if (auto status = dispatcher_.admission().admit_call(*method.info, info); !status) {
    if (auto* recorder = dispatcher_.recorder()) recorder->denied(record, status.error());
    return reply->fail(status.error());
  }
  intent_.reset();
  if (auto status = record_call(method, record, *reply); !status) return reply->fail(status.error());
  CallInfo with_passed = info;
  with_passed.passed = &passed;
  audit::Recorder::under(intent_, [&] { method.later(call.parameters, with_passed, std::move(reply)); });
  // The store's writer waits for the intent; meanwhile it prepares what it writes.
  if (intent_ && method.ordering != Ordering::serial) thread_.sync_soon(*intent_, *dispatcher_.recorder());
}

// Takes a place in the order of the answers.
std::shared_ptr<LaterReply> Connection::reply_to(const protocol::CallEnvelope& call, const CallInfo& info,
                                                 bool may_stream) {
  const std::size_t number = first_slot_ + slots_.size();
  slots_.push_back({.message = WipedString(memory_), .oneway = call.oneway});
  if (may_stream && call.more) {
    slots_.back().stream = make_stream(number);
    watch_peer();
    return std::make_shared<LaterReply>(slots_.back().stream, info.request_id, memory_);
  }
  auto send = [self = shared_from_this(), number](WipedString message) {
    asio::post(self->thread_.context,
               [self, number, message = std::move(message)]() mutable { self->on_later(number, std::move(message)); });
  };
  return std::make_shared<LaterReply>(std::move(send), info.request_id, memory_);
}

// What was sent and has not arrived on this thread counts too, so that no publisher outruns it.
std::shared_ptr<StreamWay> Connection::make_stream(std::size_t number) {
  auto deliver = [self = shared_from_this(), number](WipedString message, bool last) {
    if (!last) self->unread_share_.add(message.size());
    asio::post(self->thread_.context, [self, number, last, message = std::move(message)]() mutable {
      if (last)
        self->on_later(number, std::move(message));
      else
        self->on_partial(number, std::move(message));
    });
  };
  auto overflow = [self = shared_from_this()] { asio::post(self->thread_.context, [self] { self->on_overflow(); }); };
  return std::make_shared<StreamWay>(thread_.limits.unread, unsent(), std::move(deliver), std::move(overflow));
}

// During a stream nothing is read, so the end of the peer has to be seen in another way.
void Connection::watch_peer() {
  if (watching_ || !open_) return;
  watching_ = true;
  socket_.async_wait(Socket::wait_error, [self = shared_from_this()](const boost::system::error_code& error) {
    self->watching_ = false;
    if (!self->open_) return;
    if (error) return self->close();
    if (!self->is_streaming()) return;
    pollfd peer{self->socket_.native_handle(), POLLPRI, 0};
    poll(&peer, 1, 0);
    if ((peer.revents & (POLLHUP | POLLERR)) != 0) return self->close();
    if ((peer.revents & POLLPRI) != 0)
      return self->cut(DropReason::malformed, make_error(ErrorCode::malformed, "bytes came out of band"));
    self->watch_peer();
  });
}

bool Connection::is_streaming() const noexcept {
  return !slots_.empty() && slots_.front().stream;
}

void Connection::on_later(std::size_t number, WipedString message) {
  if (!open_ || number < first_slot_) return;
  put_into_slot(number, message);
  finish_slot(slots_[number - first_slot_]);
  take_ready();
  if (pending_.empty())
    after_processing();
  else
    proceed();
}

void Connection::on_partial(std::size_t number, WipedString message) {
  unread_share_.remove(message.size());
  if (!open_ || number < first_slot_) return;
  put_into_slot(number, message);
  flush();
  if (is_streaming()) slots_.front().stream->settle(message.size(), unsent());
  account();
}

void Connection::put_into_slot(std::size_t number, const WipedString& message) {
  Slot& slot = slots_[number - first_slot_];
  if (slot.oneway) return;
  if (number == first_slot_) {
    thread_.output.append(message);
  } else {
    slot.message.append(message);
    in_slots_ += message.size();
  }
}

void Connection::finish_slot(Slot& slot) {
  slot.done = true;
  serial_ = false;
  if (const auto stream = std::move(slot.stream)) stream->end();
}

void Connection::take_ready() {
  while (!slots_.empty()) {
    Slot& front = slots_.front();
    thread_.output.append(front.message);
    in_slots_ -= front.message.size();
    wipe(front.message.data(), front.message.size());
    front.message.clear();
    if (!front.done) break;
    slots_.pop_front();
    ++first_slot_;
    active_ = IoThread::Clock::now();
  }
}

}  // namespace strongroom::ipc
