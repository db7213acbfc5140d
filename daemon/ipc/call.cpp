#include "daemon/ipc/call.h"

#include <strongroom/protocol/message.h>

namespace strongroom::ipc {

LaterReply::~LaterReply() {
  if (!finished_) fail(make_error(ErrorCode::cancelled, "the daemon is stopping or has too much to do"));
}

void LaterReply::finish(const std::function<void(WipedString&)>& write_parameters) {
  send(write_parameters, true);
}

void LaterReply::partial(const std::function<void(WipedString&)>& write_parameters) {
  send(write_parameters, false);
}

void LaterReply::send(const std::function<void(WipedString&)>& write_parameters, bool last) {
  if (finished_) return;
  finished_ = last;
  WipedString message(memory_);
  message.reserve(256);
  protocol::begin_reply(message, !last);
  write_parameters(message);
  protocol::end_message(message);
  send_(std::move(message), last);
}

void LaterReply::fail(const Error& error) {
  if (finished_) return;
  finished_ = true;
  WipedString message(memory_);
  message.reserve(256);
  protocol::write_error(message, error, request_id_);
  send_(std::move(message), true);
}

}  // namespace strongroom::ipc
