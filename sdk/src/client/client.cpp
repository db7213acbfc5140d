#include <strongroom/client/client.h>

namespace strongroom::client {

Client::Client(Endpoint endpoint, Milliseconds deadline)
    : endpoint_(std::move(endpoint)), deadline_(deadline), document_(std::make_unique<protocol::JsonDocument>()) {}

Result<Client> Client::connect(Options options) {
  if (!options.endpoint) {
    STRONGROOM_ASSIGN(options.endpoint, default_endpoint());
  }
  Client client(*std::move(options.endpoint), options.deadline);
  STRONGROOM_CHECK(client.ensure_connected());
  return client;
}

Status Client::ensure_connected() {
  if (!connection_broken()) return {};
  STRONGROOM_ASSIGN(connection_, Connection::open(endpoint_));
  return {};
}

Status Client::send_messages(std::string_view messages) {
  STRONGROOM_CHECK(ensure_connected());
  return connection_->send(messages, deadline_);
}

// A daemon that restarted between two calls shows as a closed connection before anything of this call was taken; only
// then is the call sent again.
Status Client::send_fresh(std::string_view messages) {
  const bool fresh = connection_broken();
  Status sent = send_messages(messages);
  if (!sent && !fresh && sent.error().code == ErrorCode::unreachable) sent = send_messages(messages);
  if (sent) return sent;
  return reason_of(std::move(sent).error());
}

// A daemon that does not serve a connection says why before it closes it.
Error Client::reason_of(Error failure) {
  if (failure.code != ErrorCode::unreachable || !connection_) return failure;
  const auto said = connection_->last_words();
  if (!said || !document_->parse(*said)) return failure;
  bool protocol_failure = false;
  auto reply = protocol::read_reply(document_->root(), protocol_failure);
  return reply || protocol_failure ? failure : std::move(reply).error();
}

Status Client::call_encoded(std::string_view, const WipedString& message) {
  STRONGROOM_CHECK(send_fresh(message));
  return receive_reply();
}

Status Client::receive_reply() {
  return receive_reply(deadline_);
}

Status Client::receive_reply(Milliseconds deadline) {
  STRONGROOM_ASSIGN(const std::string_view message, connection_->receive(deadline));
  if (auto parsed = document_->parse(message); !parsed) {
    disconnect();
    return make_error(ErrorCode::malformed, "the daemon's answer is malformed: " + parsed.error().message);
  }
  bool protocol_failure = false;
  auto reply = protocol::read_reply(document_->root(), protocol_failure);
  if (protocol_failure) disconnect();
  if (!reply) return std::move(reply).error();
  reply_ = *reply;
  return {};
}

bool Client::reply_continues() const noexcept {
  return reply_.continues;
}

const protocol::JsonValue& Client::reply_parameters() const noexcept {
  return reply_.parameters;
}

Result<protocol::JsonValue> Client::call_raw(std::string_view method, std::string_view parameters) {
  WipedString message(wiped_heap());
  protocol::begin_call(message, method, false, false);
  message.append(parameters);
  protocol::end_message(message);
  STRONGROOM_CHECK(call_encoded(method, message));
  return reply_parameters();
}

}  // namespace strongroom::client
