// Binds a typed service to a dispatcher. A service has one `handle` for each method of its area, in one of four shapes:
//
//   Result<Get::Response> handle(secret::Get, Get::Request&&);                           answered at once
//   void handle(secret::Put, Put::Request&&, Completion<Put::Response>);                 finished later
//   Result<Get::Response> handle(secret::Get, Get::Request&&, bool& elsewhere);          answered at once if it can be:
//                                 with `elsewhere` set the answer is dropped, and the second shape, which is also
//                                 there, is called with the same request
//   void handle(Watch, Watch::Request&&, Completion<...>, Stream<...>);                  streams answers
//
// A method that takes a descriptor along is handed it behind the request, in the second shape or the third.
// Nothing else of a connection starts before or during a call that streams.
// A method without a handler does not compile. Include this only in the source that binds: it folds the codecs.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <utility>

#include <strongroom/base/completion.h>
#include <strongroom/protocol/catalogue.h>
#include <strongroom/protocol/codec.h>
#include <strongroom/protocol/secrets_in.h>

#include "daemon/ipc/dispatcher.h"

namespace strongroom::ipc {

namespace detail {

template <class M, class Service>
concept AnswersNow = requires(Service& service, typename M::Request request) {
  { service.handle(M{}, std::move(request)) } -> std::same_as<Result<typename M::Response>>;
};

template <class M, class Service>
concept AnswersNowIfItCan = requires(Service& service, typename M::Request request, bool& elsewhere) {
  { service.handle(M{}, std::move(request), elsewhere) } -> std::same_as<Result<typename M::Response>>;
};

template <class M, class Service>
concept AnswersLater =
    requires(Service& service, typename M::Request request, Completion<typename M::Response> completion) {
      service.handle(M{}, std::move(request), std::move(completion));
    };

template <class T>
void write_answer(const T& answer, LiveValues* live, WipedString& out) {
  LiveValues::Scope held(live);
  if constexpr (protocol::may_hold_secrets_v<T>) {
    protocol::for_each_secret(answer, [&](const Secret& value) { held.add(value.reveal(RevealReason::inspect)); });
    held.begin();
  }
  protocol::JsonWriter writer(out);
  protocol::encode(answer, writer);
}

template <class M>
Completion<typename M::Response> completion_of(std::shared_ptr<LaterReply> reply, LiveValues* live) {
  return [reply = std::move(reply), live](Result<typename M::Response> result) {
    if (!result) return reply->fail(result.error());
    reply->finish([&](WipedString& out) { write_answer(*result, live, out); });
  };
}

// Empty when the call wants one answer only.
template <class M>
Stream<typename M::Response> stream_of(const std::shared_ptr<LaterReply>& reply) {
  if (!reply->stream()) return {};
  const auto send = [reply](const typename M::Response& response) {
    return reply->partial([&](WipedString& out) {
      protocol::JsonWriter writer(out);
      protocol::encode(response, writer);
    });
  };
  const auto on_end = [way = reply->stream()](std::function<void()> callback) { way->on_end(std::move(callback)); };
  const auto wait_for_room = [way = reply->stream()] { return way->wait_for_room(); };
  return {send, wait_for_room, on_end};
}

template <class M, class Service>
BoundMethod bind_now(Service& service) {
  BoundMethod method;
  method.now = [&service](const protocol::JsonValue& parameters, const CallInfo& call, WipedString& out) -> Status {
    typename M::Request request;
    STRONGROOM_CHECK(protocol::decode(parameters, request, {call.memory}));
    auto result = [&] {
      if constexpr (AnswersNowIfItCan<M, Service>)
        return service.handle(M{}, std::move(request), *call.elsewhere);
      else
        return service.handle(M{}, std::move(request));
    }();
    if (!result) return std::move(result).error();
    write_answer(*result, call.live, out);
    return {};
  };
  return method;
}

template <class M, class Service>
BoundMethod bind_later(Service& service, Ordering ordering) {
  BoundMethod method;
  method.ordering = AnswersLater<M, Service> ? ordering : Ordering::serial;
  method.later = [&service](const protocol::JsonValue& parameters, const CallInfo& call,
                            std::shared_ptr<LaterReply> reply) {
    typename M::Request request;
    if (auto status = protocol::decode(parameters, request, {call.memory}); !status) return reply->fail(status.error());
    if (M::info.passes == protocol::Passes::descriptor && !*call.passed)
      return reply->fail(make_error(ErrorCode::invalid_argument, "has to come along with the message", "descriptor"));
    if constexpr (AnswersLater<M, Service>) {
      service.handle(M{}, std::move(request), completion_of<M>(std::move(reply), call.live));
    } else if constexpr (M::info.passes == protocol::Passes::descriptor &&
                         M::info.streaming == protocol::Streaming::no) {
      service.handle(M{}, std::move(request), std::move(*call.passed), completion_of<M>(std::move(reply), call.live));
    } else if constexpr (M::info.passes == protocol::Passes::descriptor) {
      auto stream = stream_of<M>(reply);
      service.handle(M{}, std::move(request), std::move(*call.passed), completion_of<M>(std::move(reply), call.live),
                     std::move(stream));
    } else {
      auto stream = stream_of<M>(reply);
      service.handle(M{}, std::move(request), completion_of<M>(std::move(reply), call.live), std::move(stream));
    }
  };
  return method;
}

}  // namespace detail

// Binds all methods of an area. `later`: how its methods that finish later may overlap.
template <class Service, class... Ms>
void bind(Dispatcher& dispatcher, std::string_view interface, protocol::MethodList<Ms...>, Service& service,
          Ordering later) {
  const auto one = [&]<class M>(std::type_identity<M>) {
    if constexpr (detail::AnswersNow<M, Service>) {
      dispatcher.add_method(std::string(interface), M::info, detail::bind_now<M>(service));
    } else if constexpr (detail::AnswersNowIfItCan<M, Service>) {
      BoundMethod method = detail::bind_now<M>(service);
      method.later = detail::bind_later<M>(service, Ordering::pipelined).later;
      dispatcher.add_method(std::string(interface), M::info, std::move(method));
    } else {
      dispatcher.add_method(std::string(interface), M::info, detail::bind_later<M>(service, later));
    }
  };
  (one(std::type_identity<Ms>{}), ...);
}

}  // namespace strongroom::ipc
