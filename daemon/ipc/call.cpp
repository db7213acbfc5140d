#include "daemon/ipc/call.h"

#include <strongroom/protocol/message.h>

namespace strongroom::ipc {

LaterReply::~LaterReply() {
  if (!finished_) fail(make_error(ErrorCode::cancelled, "the daemon is stopping or has too much to do"));
}

void LaterReply::finish(const std::function<void(WipedString&)>& write_parameters) {
  if (!finished_.exchange(true)) send_last(message_of(write_parameters, false));
}

bool LaterReply::partial(const std::function<void(WipedString&)>& write_parameters) {
  if (!stream_ || finished_ || stream_->ended()) return false;
  return stream_->send(message_of(write_parameters, true));
}

void LaterReply::fail(const Error& error) {
  if (finished_.exchange(true)) return;
  WipedString message(memory_);
  message.reserve(256);
  protocol::write_error(message, error, request_id_);
  send_last(std::move(message));
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
  if (stream_)
    stream_->finish(std::move(message));
  else
    send_(std::move(message));
}

}  // namespace strongroom::ipc
