// The SDK's front door: typed calls to the daemon.
//
//   auto client = strongroom::client::Client::connect();
//   auto got = client->call<secret::Get>({.path = "openai/key"});
//   if (got) use(got->fields_[0].value.reveal(RevealReason::deliver));
//
// Not thread-safe: one Client for each thread. A Client that lost its connection makes a new one at the next call; a
// call that was under way is not repeated, because whether it took effect is unknown. So a daemon that closed an idle
// connection is not noticed.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <strongroom/client/connection.h>
#include <strongroom/client/endpoint.h>
#include <strongroom/protocol/codec.h>
#include <strongroom/protocol/message.h>
#include <strongroom/protocol/method.h>

namespace strongroom::client {

class Client {
 public:
  struct Options {
    std::optional<Endpoint> endpoint;  // default_endpoint() when absent
    Milliseconds deadline{30'000};     // for each call
    std::string name;                  // of the program, at most 64 bytes; stands in the audit log, as does
    std::string reason;                // what the calls are for, at most 512 bytes; empty: nothing is said
  };

  // A name and a reason are sent with the first call of each connection, in the same write. Errors: unreachable,
  // untrusted, invalid_argument (also a name or reason that is too long, no UTF-8 or holds control characters).
  static Result<Client> connect(Options options);

  static Result<Client> connect() { return connect(Options{}); }

  // Calls M and waits for its answer. The errors are M's, or unreachable, untrusted, timeout, malformed.
  template <class M>
  Result<typename M::Response> call(const typename M::Request& request) {
    STRONGROOM_CHECK(call_encoded(name_of<M>(), encode_call<M>(request, false)));
    return decode_reply<typename M::Response>();
  }

  // Sends calls of M many at a time and reads their answers in order: a factor of ten and more over call() one by one.
  // A window has at most 64 calls and, but for a single longer one, 64 KiB: it fits the socket, so that neither side
  // waits for the other to read first.
  template <class M>
  std::vector<Result<typename M::Response>> call_pipelined(const std::vector<typename M::Request>& requests) {
    constexpr std::size_t k_calls = 64;
    constexpr std::size_t k_bytes = 64 * 1024;
    std::vector<Result<typename M::Response>> answers;
    answers.reserve(requests.size());
    for (std::size_t next = 0; next < requests.size();) {
      WipedString messages(wiped_heap());
      std::size_t count = 0;
      while (next < requests.size() && count < k_calls && messages.size() < k_bytes) {
        append_call<M>(messages, requests[next++], false);
        ++count;
      }
      Status sent = send_fresh(messages);
      for (std::size_t i = 0; i < count; ++i) {
        if (sent) sent = receive_reply();
        if (sent)
          answers.push_back(decode_reply<typename M::Response>());
        else
          answers.push_back(sent.error());
        // A refusal of the daemon concerns one call only; a broken connection concerns all that follow in the window.
        if (!sent && !connection_broken()) sent = {};
      }
    }
    return answers;
  }

  // Calls M with `more`; `sink` sees each answer in turn and may return false to stop (the connection is then given
  // up). Answers may be hours apart: `between` says how long to wait for each, by default for ever. A daemon that drops
  // a reader that is too slow says so as the last error: busy.
  template <class M>
  Status call_streaming(const typename M::Request& request,
                        const std::function<bool(const typename M::Response&)>& sink,
                        Milliseconds between = k_no_deadline) {
    STRONGROOM_CHECK(send_fresh(encode_call<M>(request, true)));
    return receive_stream<M>(sink, between);
  }

  // Calls M with `more` and passes the daemon a descriptor along, which stays the caller's. Otherwise as
  // call_streaming.
  template <class M>
  Status call_passing(int descriptor, const typename M::Request& request,
                      const std::function<bool(const typename M::Response&)>& sink,
                      Milliseconds between = k_no_deadline) {
    static_assert(M::info.passes == protocol::Passes::descriptor);
    STRONGROOM_CHECK(send_passing(descriptor, encode_call<M>(request, true)));
    return receive_stream<M>(sink, between);
  }

  // Calls M and passes the daemon a descriptor along, which stays the caller's.
  template <class M>
  Result<typename M::Response> call_passing(int descriptor, const typename M::Request& request) {
    static_assert(M::info.passes == protocol::Passes::descriptor);
    STRONGROOM_CHECK(send_passing(descriptor, encode_call<M>(request, false)));
    STRONGROOM_CHECK(receive_reply());
    return decode_reply<typename M::Response>();
  }

  // Sends M as `oneway`: there is no answer.
  template <class M>
  Status call_oneway(const typename M::Request& request) {
    WipedString message(wiped_heap());
    protocol::begin_call(message, name_of<M>(), false, true);
    finish_call<M>(message, request);
    return send_fresh(message);
  }

  // For tools that know a method only by name: `parameters` is a JSON object. The tree is valid until the next call.
  Result<protocol::JsonValue> call_raw(std::string_view method, std::string_view parameters);

  void disconnect() noexcept { connection_.reset(); }

  const Endpoint& endpoint() const noexcept { return endpoint_; }

 private:
  Client(Endpoint endpoint, Milliseconds deadline, std::string introduction);

  // An area's namespace states its interface; a method found through `Interface` names it itself.
  template <class M>
  static std::string name_of() {
    return std::string(interface_of(M{})) + "." + std::string(M::info.name);
  }

  template <class M>
  static void finish_call(WipedString& message, const typename M::Request& request) {
    protocol::JsonWriter writer(message);
    protocol::encode(request, writer);
    protocol::end_message(message);
  }

  template <class M>
  static void append_call(WipedString& messages, const typename M::Request& request, bool more) {
    protocol::begin_call(messages, name_of<M>(), more, false);
    finish_call<M>(messages, request);
  }

  template <class M>
  static WipedString encode_call(const typename M::Request& request, bool more) {
    WipedString message(wiped_heap());
    append_call<M>(message, request, more);
    return message;
  }

  template <class Response>
  Result<Response> decode_reply() {
    Response response;
    STRONGROOM_CHECK(protocol::decode(reply_parameters(), response, {.ignore_unknown = true}));
    return response;
  }

  template <class M>
  Status receive_stream(const std::function<bool(const typename M::Response&)>& sink, Milliseconds between) {
    for (;;) {
      STRONGROOM_CHECK(receive_reply(between));
      const bool last = !reply_continues();
      STRONGROOM_ASSIGN(const auto response, decode_reply<typename M::Response>());
      const bool wanted = sink(response);
      if (last) return {};
      if (!wanted) {
        disconnect();
        return {};
      }
    }
  }

  Status ensure_connected();
  Status call_encoded(std::string_view method, const WipedString& message);
  Status send_messages(std::string_view messages);
  Status send_fresh(std::string_view messages);
  Status send_passing(int descriptor, std::string_view message);
  Status receive_reply();
  Status receive_reply(Milliseconds deadline);
  Error reason_of(Error failure);

  bool connection_broken() const noexcept { return !connection_ || connection_->broken(); }

  bool reply_continues() const noexcept;
  const protocol::JsonValue& reply_parameters() const noexcept;

  Endpoint endpoint_;
  Milliseconds deadline_;
  std::string introduction_;  // the message that says who calls; empty: none
  bool introduced_ = false;   // on this connection
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<protocol::JsonDocument> document_;
  protocol::ReplyEnvelope reply_;
};

}  // namespace strongroom::client
