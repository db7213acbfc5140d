#include <strongroom/client/client.h>

#include <algorithm>

#include <strongroom/protocol/methods/service.h>

namespace strongroom::client {

namespace {

namespace service = protocol::service;

// The daemon answers nothing to a oneway call, so that a refusal would go unnoticed.
Status check_word(const std::string& text, std::size_t most, const char* subject) {
  const bool controls = std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
  if (text.size() <= most && !controls && protocol::is_utf8(text)) return {};
  return make_error(ErrorCode::invalid_argument,
                    "must be text of at most " + std::to_string(most) + " bytes without control characters", subject);
}

// Empty when there is nothing to say.
Result<std::string> introduction_of(const Client::Options& options) {
  STRONGROOM_CHECK(check_word(options.name, 64, "name"));
  STRONGROOM_CHECK(check_word(options.reason, 512, "reason"));
  if (options.name.empty() && options.reason.empty()) return std::string();
  service::IdentifyRequest request;
  if (!options.name.empty()) request.client = options.name;
  if (!options.reason.empty()) request.reason = options.reason;
  WipedString message(wiped_heap());
  protocol::begin_call(message, std::string(service::interface) + "." + std::string(service::Identify::info.name),
                       false, true);
  protocol::JsonWriter writer(message);
  protocol::encode(request, writer);
  protocol::end_message(message);
  return std::string(message);
}

}  // namespace

Client::Client(Endpoint endpoint, Milliseconds deadline, std::string introduction)
    : endpoint_(std::move(endpoint)),
      deadline_(deadline),
      introduction_(std::move(introduction)),
      document_(std::make_unique<protocol::JsonDocument>()) {}

Result<Client> Client::connect(Options options) {
  if (!options.endpoint) {
    STRONGROOM_ASSIGN(options.endpoint, default_endpoint());
  }
  STRONGROOM_ASSIGN(std::string introduction, introduction_of(options));
  Client client(*std::move(options.endpoint), options.deadline, std::move(introduction));
  STRONGROOM_CHECK(client.ensure_connected());
  return client;
}

Status Client::ensure_connected() {
  if (!connection_broken()) return {};
  STRONGROOM_ASSIGN(connection_, Connection::open(endpoint_));
  introduced_ = introduction_.empty();
  return {};
}

Status Client::send_messages(std::string_view messages) {
  STRONGROOM_CHECK(ensure_connected());
  if (introduced_) return connection_->send(messages, deadline_);
  WipedString both(wiped_heap());
  both.reserve(introduction_.size() + messages.size());
  both.append(introduction_).append(messages);
  introduced_ = true;
  return connection_->send(both, deadline_);
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

// A connection of its own: what was sent before on another one is over, and nothing else comes along with the file.
Status Client::send_passing(int descriptor, std::string_view message) {
  disconnect();
  STRONGROOM_CHECK(ensure_connected());
  if (!introduced_) STRONGROOM_CHECK(connection_->send(introduction_, deadline_));
  introduced_ = true;
  if (Status sent = connection_->send_with(descriptor, message, deadline_); !sent)
    return reason_of(std::move(sent).error());
  return {};
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
