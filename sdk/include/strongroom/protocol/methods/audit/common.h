// What the methods of io.strongroom.Audit share: bounds and an entry as it is shown.
#pragma once

#include <strongroom/protocol/methods/service.h>

namespace strongroom::protocol::audit {

enum class Decision : std::uint8_t { allowed, denied };

}  // namespace strongroom::protocol::audit

namespace strongroom::protocol {

template <>
struct EnumNames<audit::Decision> {
  static constexpr std::string_view type_name = "Decision";
  static constexpr std::array<std::string_view, 2> names{"allowed", "denied"};
};

namespace audit {

using service::Empty;

inline constexpr Bounds k_event_text{.min = 1, .max = 64};
inline constexpr Bounds k_sequence{.min = 0};
inline constexpr Bounds k_event_path{.min = 1, .max = 1024};
inline constexpr Bounds k_time{.min = 0};

// One entry of the log, as far as it can be read. Field names are those of docs/audit-format.md, section Exports.
struct Event {
  std::int64_t seq = 0;
  std::int64_t time_s = 0;
  std::int64_t epoch = 0;
  std::string type;
  std::optional<std::string> action;
  std::optional<std::string> phase;
  std::optional<Decision> decision;
  std::optional<std::string> rule;
  std::optional<std::string> result;
  std::optional<std::string> actor;
  std::optional<std::string> auth;
  std::optional<std::int64_t> session;
  std::optional<std::int64_t> uid;
  std::optional<std::int64_t> pid;
  std::optional<std::string> client;
  std::optional<std::vector<std::string>> objects;
  std::optional<std::int64_t> request;
  std::optional<std::int64_t> time_ns;
  std::optional<std::int64_t> boot_ns;
  std::optional<std::int64_t> generation;
  std::optional<std::int64_t> intent;
  std::optional<std::int64_t> count;
  std::optional<std::string> detail;
  std::optional<std::vector<std::string>> paths;
  std::optional<std::string> reason;
  static constexpr std::string_view type_name = "Event";

  static constexpr auto fields() {
    using R = Event;
    return std::tuple{
        Field<&R::seq>{"seq", "Number of the entry, from 0."},
        Field<&R::time_s>{"time_s", "When, in seconds since 1970, as its public header says."},
        Field<&R::epoch>{"epoch", "Epoch in which it was written."},
        Field<&R::type>{"type", "event, key, epoch, skip, recovery or witness."},
        Field<&R::action>{"action", "What was done or asked for; one of the catalogue."},
        Field<&R::phase>{"phase", "single, intent, outcome or recovered."},
        Field<&R::decision>{"decision", "Whether it was let in."},
        Field<&R::rule>{"rule", "What decided: owner, state, protocol, limit or system."},
        Field<&R::result>{"result", "ok, or the name of an error; absent in an intent."},
        Field<&R::actor>{"actor", "uid:N, or system for the daemon itself."},
        Field<&R::auth>{"auth", "How it authenticated: peer, or none."},
        Field<&R::session>{"session", "Number of the connection since the daemon started."},
        Field<&R::uid>{"uid", "User id of the peer."},
        Field<&R::pid>{"pid", "Process id of the peer at connect; a hint."},
        Field<&R::client>{"client", "The name that the client gave itself."},
        Field<&R::objects>{"objects", "Ids of the objects in hex."},
        Field<&R::request>{"request", "Number of the request, as errors tell it."},
        Field<&R::time_ns>{"time_ns", "When, in nanoseconds since 1970."},
        Field<&R::boot_ns>{"boot_ns", "Nanoseconds since the machine started."},
        Field<&R::generation>{"generation", "Generation of the store after the write."},
        Field<&R::intent>{"intent", "Number of the intent that this is the outcome of."},
        Field<&R::count>{"count", "How many equal events this one stands for."},
        Field<&R::detail>{"detail", "What more there is to say."},
        Field<&R::paths>{"paths", "Names of the objects; absent when there are none or they were redacted."},
        Field<&R::reason>{"reason", "The purpose that the client stated."}};
  }
};

// An entry by its number.
struct SequenceRequest {
  std::int64_t seq = 0;

  static constexpr auto fields() {
    return std::tuple{Field<&SequenceRequest::seq>{"seq", "Number of the entry.", k_sequence, CliRole::positional}};
  }
};

}  // namespace audit
}  // namespace strongroom::protocol
