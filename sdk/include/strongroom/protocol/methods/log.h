// io.strongroom.Log: what the daemon says of its work (docs/log.md). Not the audit log.
#pragma once

#include <strongroom/protocol/methods/service.h>

namespace strongroom::protocol::log {

enum class Level : std::uint8_t { debug, info, warning, error };
enum class Mode : std::uint8_t {
  standard,  // the lines of the configured level and above
  debug,     // all, also into the log file
};

}  // namespace strongroom::protocol::log

namespace strongroom::protocol {

template <>
struct EnumNames<log::Level> {
  static constexpr std::string_view type_name = "Level";
  static constexpr std::array<std::string_view, 4> names{"debug", "info", "warning", "error"};
};

template <>
struct EnumNames<log::Mode> {
  static constexpr std::string_view type_name = "Mode";
  static constexpr std::array<std::string_view, 2> names{"standard", "debug"};
};

namespace log {

struct Entry {
  std::int64_t id = 0;
  std::int64_t time_ms = 0;
  Level level{};
  std::string source;
  std::string message;
  static constexpr std::string_view type_name = "Entry";

  static constexpr auto fields() {
    using R = Entry;
    return std::tuple{Field<&R::id>{"id", "Its number; 1 is the first since the daemon started."},
                      Field<&R::time_ms>{"time_ms", "When, in milliseconds since 1970."},
                      Field<&R::level>{"level", "How grave it is."},
                      Field<&R::source>{"source", "Which part of the daemon says it."},
                      Field<&R::message>{"message", "What it says, masked."}};
  }
};

inline constexpr std::int64_t k_most = 500;

struct GetLogRequest {
  std::optional<std::int64_t> after;
  std::optional<Level> level;
  std::optional<std::string> text;
  std::optional<std::int64_t> limit;

  static constexpr auto fields() {
    using R = GetLogRequest;
    return std::tuple{
        Field<&R::after>{"after", "Only entries with a higher id, the first of them.", {.min = 0}},
        Field<&R::level>{"level", "Only of this level and above."},
        Field<&R::text>{
            "text", "Only those that contain this, whatever the case of ASCII letters.", {.min = 1, .max = 256}},
        Field<&R::limit>{
            "limit", "How many at most; without 'after' the last of them. Default: 500.", {.min = 1, .max = k_most}}};
  }
};

struct GetLogResponse {
  Mode mode{};
  std::vector<Entry> entries;
  std::int64_t last = 0;

  static constexpr auto fields() {
    using R = GetLogResponse;
    return std::tuple{Field<&R::mode>{"mode", "What is logged now."}, Field<&R::entries>{"entries", "Oldest first."},
                      Field<&R::last>{"last", "The id of the newest entry, whether it is wanted or not."}};
  }
};

struct GetLog {
  using Request = GetLogRequest;
  using Response = GetLogResponse;
  static constexpr MethodInfo info{
      .name = "GetLog",
      .documentation =
          "Shows lines of the daemon's log. It keeps the last 500, or fewer when they are long, and forgets them when "
          "it stops.",
      .audit = not_audited("Programs poll it, and its lines tell nothing about what is stored.")};
};

struct ModeMessage {
  Mode mode{};

  static constexpr auto fields() {
    return std::tuple{Field<&ModeMessage::mode>{"mode", "What is logged.", {}, CliRole::positional}};
  }
};

struct SetLogMode {
  using Request = ModeMessage;
  using Response = ModeMessage;
  static constexpr MethodInfo info{
      .name = "SetLogMode",
      .documentation =
          "Says what is logged until the daemon stops: the lines of the configured level and above, or all, then "
          "also into the log file. Masked are both.",
      .effect = Effect::write,
      .audit = audited_administration("log.set_log_mode", "mode")};
};

inline constexpr std::string_view interface = "io.strongroom.Log";
inline constexpr std::string_view documentation = "What the daemon says of its work.";
using Methods = MethodList<GetLog, SetLogMode>;

// The interface of a method of this area, found by its type.
template <class M>
  requires in_list_v<M, Methods>
constexpr std::string_view interface_of(M) {
  return interface;
}

}  // namespace log
}  // namespace strongroom::protocol
