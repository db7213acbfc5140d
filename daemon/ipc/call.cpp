#include "daemon/ipc/call.h"

#include <strongroom/protocol/message.h>

namespace strongroom::ipc {

LaterReply::~LaterReply() {
  if (!finished_) fail(make_error(ErrorCode::cancelled, "the daemon is stopping or has too much to do"));
}

void LaterReply::finish(const std::function<void(WipedString&)>& write_parameters) {
  if (finished_.exchange(true)) return;
  if (settle_)
    if (auto settled = settle_(nullptr); !settled) return say(settled.error());
  if (somebody_reads()) send_last(message_of(write_parameters, false));
}

bool LaterReply::partial(const std::function<void(WipedString&)>& write_parameters) {
  if (!stream_ || finished_ || !somebody_reads()) return false;
  return stream_->send(message_of(write_parameters, true));
}

void LaterReply::fail(const Error& error) {
  if (finished_.exchange(true)) return;
  if (settle_) (void)settle_(&error);
  say(error);
}

void LaterReply::say(const Error& error) {
  if (on_failure_) on_failure_(error);
  if (!somebody_reads()) return;
  WipedString message(memory_);
  message.reserve(256);
  protocol::write_error(message, error, request_id_);
  send_last(std::move(message));
}

// A stream whose reader is gone may outlive the server and its memory.
bool LaterReply::somebody_reads() const {
  return !stream_ || !stream_->ended();
}

WipedString LaterReply::message_of(const std::function<void(WipedString&)>& write_parameters, bool continues) const {
  WipedString message(memory_);
  message.reserve(256);
  protocol::begin_reply(message, continues);
  write_parameters(message);
  protocol::end_message(message);
  return message;
}

void LaterReply::send_last(WipedString message) {
  if (durations_ != nullptr) durations_->add(DurationHistogram::Clock::now() - begun_);
  if (stream_)
    stream_->finish(std::move(message));
  else
    send_(std::move(message));
}

}  // namespace strongroom::ipc
