// Reading the log: lists, single entries, what comes, sums.
#pragma once

#include <strongroom/protocol/methods/audit/common.h>

namespace strongroom::protocol::audit {

struct ListRequest {
  std::optional<std::int64_t> since_ms;
  std::optional<std::int64_t> until_ms;
  std::optional<std::string> actor;
  std::optional<std::string> action;
  std::optional<std::string> path;
  std::optional<Decision> decision;
  std::optional<std::int64_t> request;
  std::optional<bool> records;
  std::optional<std::int64_t> before;
  std::optional<std::int64_t> limit;

  static constexpr auto fields() {
    using R = ListRequest;
    return std::tuple{
        Field<&R::since_ms>{"since_ms", "Only from this time on, in milliseconds since 1970.", k_time},
        Field<&R::until_ms>{"until_ms", "Only before this time.", k_time},
        Field<&R::actor>{"actor", "Only of this actor, such as uid:1000.", k_event_text},
        Field<&R::action>{"action", "Only this action, such as secret.get.", k_event_text},
        Field<&R::path>{"path", "Only about the object of this name.", k_event_path},
        Field<&R::decision>{"decision", "Only what was allowed, or denied."},
        Field<&R::request>{"request", "Only of the request of this number.", k_sequence},
        Field<&R::records>{"records", "The log's own records too: keys, epochs, skips."},
        Field<&R::before>{"before", "Only entries with a lower number; the cursor of the page before.", k_sequence},
        Field<&R::limit>{"limit", "Events of a page, 1 to 1000; 50 by default.", {.min = 1, .max = 1000}}};
  }
};

struct ListResponse {
  std::vector<Event> events;
  std::optional<std::int64_t> cursor;

  static constexpr auto fields() {
    using R = ListResponse;
    return std::tuple{Field<&R::events>{"events", "Newest first."},
                      Field<&R::cursor>{"cursor", "Give it as `before` for the next page; absent at the end."}};
  }
};

struct List {
  using Request = ListRequest;
  using Response = ListResponse;
  static constexpr MethodInfo info{.name = "List",
                                   .documentation = "Lists events, newest first.",
                                   .states = LockStates::unlocked,
                                   .audit = audited_use("audit.list", "path")};
};

struct Get {
  using Request = SequenceRequest;
  using Response = Event;
  static constexpr MethodInfo info{.name = "Get",
                                   .documentation = "Shows one entry.",
                                   .states = LockStates::unlocked,
                                   .audit = audited_use("audit.get")};
};

struct Tail {
  using Request = Empty;
  using Response = Event;
  static constexpr MethodInfo info{.name = "Tail",
                                   .documentation =
                                       "Tells each event after it is in the log. It ends when the store is locked. A "
                                       "reader that does not keep up is "
                                       "dropped.",
                                   .states = LockStates::unlocked,
                                   .audit = audited_use("audit.tail"),
                                   .streaming = Streaming::required};
};

struct SummaryRequest {
  std::optional<std::int64_t> since_ms;
  std::optional<std::int64_t> until_ms;

  static constexpr auto fields() {
    using R = SummaryRequest;
    return std::tuple{Field<&R::since_ms>{"since_ms", "From this time on; the last 30 days by default.", k_time},
                      Field<&R::until_ms>{"until_ms", "Before this time; now by default.", k_time}};
  }
};

struct Count {
  std::string name;
  std::int64_t events = 0;
  std::int64_t denied = 0;
  std::int64_t failed = 0;
  static constexpr std::string_view type_name = "Count";

  static constexpr auto fields() {
    using R = Count;
    return std::tuple{Field<&R::name>{"name", "What was counted."}, Field<&R::events>{"events", "How many events."},
                      Field<&R::denied>{"denied", "How many of them were denied."},
                      Field<&R::failed>{"failed", "How many were let in and failed."}};
  }
};

struct SummaryResponse {
  std::int64_t events = 0;
  std::vector<Count> actors;
  std::vector<Count> actions;
  std::vector<Count> objects;
  std::vector<Count> days;

  static constexpr auto fields() {
    using R = SummaryResponse;
    return std::tuple{Field<&R::events>{"events", "Events in all; an intent and its outcome count once."},
                      Field<&R::actors>{"actors", "By actor, most first."},
                      Field<&R::actions>{"actions", "By action, most first."},
                      Field<&R::objects>{"objects", "By the object's name, most first; the first 1000."},
                      Field<&R::days>{"days", "By day (UTC), oldest first."}};
  }
};

struct GetSummary {
  using Request = SummaryRequest;
  using Response = SummaryResponse;
  static constexpr MethodInfo info{.name = "GetSummary",
                                   .documentation = "Counts events by actor, action, object and day.",
                                   .states = LockStates::unlocked,
                                   .audit = audited_use("audit.get_summary")};
};

}  // namespace strongroom::protocol::audit
