// io.strongroom.Service: what the daemon is and how it is.
#pragma once

#include <map>

#include <strongroom/protocol/method.h>

namespace strongroom::protocol::service {

enum class StoreState : std::uint8_t { uninitialized, locked, unlocked };
// How sure the daemon is that no stored row was replaced by an older one (docs/threat-model.md).
enum class Freshness : std::uint8_t {
  pending,     // the check after unlocking is still running
  unverified,  // rows agree with each other; that all of them are not old together would need an outside anchor
  mismatch,    // rows were replaced, removed or added outside Strongroom
};

// From good to bad.
enum class HealthState : std::uint8_t { healthy, degraded, unhealthy };

// From good to bad.
enum class SecurityLevel : std::uint8_t { secure, fallback, insecure };
// Where what is stored lies, and what opens it.
enum class StorageMethod : std::uint8_t { keychain, encrypted_db, session_only, none };

}  // namespace strongroom::protocol::service

namespace strongroom::protocol {

template <>
struct EnumNames<service::SecurityLevel> {
  static constexpr std::string_view type_name = "SecurityLevel";
  static constexpr std::array<std::string_view, 3> names{"secure", "fallback", "insecure"};
};

template <>
struct EnumNames<service::StorageMethod> {
  static constexpr std::string_view type_name = "StorageMethod";
  static constexpr std::array<std::string_view, 4> names{"keychain", "encrypted_db", "session_only", "none"};
};

template <>
struct EnumNames<service::HealthState> {
  static constexpr std::string_view type_name = "HealthState";
  static constexpr std::array<std::string_view, 3> names{"healthy", "degraded", "unhealthy"};
};

template <>
struct EnumNames<service::StoreState> {
  static constexpr std::string_view type_name = "StoreState";
  static constexpr std::array<std::string_view, 3> names{"uninitialized", "locked", "unlocked"};
};

template <>
struct EnumNames<service::Freshness> {
  static constexpr std::string_view type_name = "Freshness";
  static constexpr std::array<std::string_view, 3> names{"pending", "unverified", "mismatch"};
};

namespace service {

struct Empty {
  static constexpr auto fields() { return std::tuple{}; }
};

struct InfoResponse {
  std::string version;
  std::int64_t protocol = 2;
  std::vector<std::string> features;

  static constexpr auto fields() {
    return std::tuple{
        Field<&InfoResponse::version>{"version", "Version of the daemon."},
        Field<&InfoResponse::protocol>{"protocol", "Revision of the protocol; grows when a field or method is added."},
        Field<&InfoResponse::features>{"features", "What this daemon offers beyond the revision, as names."}};
  }
};

struct GetInfo {
  using Request = Empty;
  using Response = InfoResponse;
  static constexpr MethodInfo info{.name = "GetInfo",
                                   .documentation = "Tells version and features.",
                                   .audit = not_audited("It tells nothing about what is stored."),
                                   .cli = {"info", "strongroom info"}};
};

struct AuditStatus {
  std::int64_t entries = 0;
  std::int64_t signed_entries = 0;
  std::int64_t durable_entries = 0;
  std::optional<std::int64_t> checkpoint_ms;
  std::string origin;
  std::string root;
  std::int64_t epoch = 0;
  std::string reveals;
  std::int64_t free_percent = 0;
  std::optional<std::string> problem;
  std::optional<std::string> warning;
  std::optional<std::int64_t> witnesses;
  std::optional<std::int64_t> cosigned_entries;
  std::optional<std::int64_t> cosigned_ms;
  static constexpr std::string_view type_name = "AuditStatus";

  static constexpr auto fields() {
    using R = AuditStatus;
    return std::tuple{
        Field<&R::entries>{"entries", "Entries in the log, archived ones included."},
        Field<&R::signed_entries>{"signed_entries", "How many the newest checkpoint covers."},
        Field<&R::durable_entries>{"durable_entries", "How many are on the disk for certain."},
        Field<&R::checkpoint_ms>{"checkpoint_ms",
                                 "When the newest checkpoint was signed; absent before the first of "
                                 "this run."},
        Field<&R::origin>{"origin", "Name of the log in its checkpoints."},
        Field<&R::root>{"root", "Root of the signed tree in base64; empty when nothing is signed."},
        Field<&R::epoch>{"epoch", "Number of the epoch whose key signs."},
        Field<&R::reveals>{"reveals", "When a reveal is answered: its event is \"written\" or \"synced\"."},
        Field<&R::free_percent>{"free_percent", "Free part of the disk that the log lies on."},
        Field<&R::problem>{"problem", "Why nothing can be logged, revealed or changed; absent when all is well."},
        Field<&R::warning>{"warning",
                           "What will become a problem: little space where the log lies; absent when there is "
                           "enough."},
        Field<&R::witnesses>{"witnesses", "Number of witnesses; absent when there are none."},
        Field<&R::cosigned_entries>{"cosigned_entries",
                                    "How many entries a witness has vouched for; absent when none."},
        Field<&R::cosigned_ms>{"cosigned_ms", "When it did."}};
  }
};

struct SecurityPoint {
  std::string name;
  SecurityLevel level{};
  std::string why;
  std::optional<std::string> remedy;
  static constexpr std::string_view type_name = "SecurityPoint";

  static constexpr auto fields() {
    using R = SecurityPoint;
    return std::tuple{Field<&R::name>{"name", "What was looked at."}, Field<&R::level>{"level", "How safe it is."},
                      Field<&R::why>{"why", "Why, one sentence."},
                      Field<&R::remedy>{"remedy", "What makes it safer; absent when nothing is to be done."}};
  }
};

struct SecurityStatus {
  SecurityLevel level{};
  StorageMethod method{};
  std::vector<SecurityPoint> points;
  static constexpr std::string_view type_name = "SecurityStatus";

  static constexpr auto fields() {
    using R = SecurityStatus;
    return std::tuple{Field<&R::level>{"level", "The worst of all points."},
                      Field<&R::method>{"method", "Where what is stored lies, and what opens it."},
                      Field<&R::points>{"points", "What was looked at, always in the same order."}};
  }
};

struct StatusResponse {
  StoreState state{};
  std::string version;
  std::int64_t pid = 0;
  std::int64_t uptime_s = 0;
  std::string store_id;
  std::string storage;
  bool storage_healthy = true;
  std::int64_t stored_bytes = 0;
  std::optional<Freshness> freshness;
  std::optional<std::string> opened_by;
  std::int64_t slots = 0;
  bool recovery_slot = false;
  bool memory_locked = true;
  std::int64_t connections = 0;
  std::optional<std::map<std::string, std::int64_t>> dropped_clients;
  std::optional<AuditStatus> audit;
  std::optional<SecurityStatus> security;
  std::optional<HealthState> health;
  std::optional<std::int64_t> health_ms;
  std::vector<std::string> problems;

  static constexpr auto fields() {
    using R = StatusResponse;
    return std::tuple{
        Field<&R::state>{"state", "Whether there is a store and whether it is open."},
        Field<&R::version>{"version", "Version of the daemon."},
        Field<&R::pid>{"pid", "Process id of the daemon."},
        Field<&R::uptime_s>{"uptime_s", "Seconds since the daemon started."},
        Field<&R::store_id>{"store_id", "Identity of the store in hex; empty when there is none."},
        Field<&R::storage>{"storage", "Name of the active storage plugin."},
        Field<&R::storage_healthy>{"storage_healthy", "What the storage plugin says of itself."},
        Field<&R::stored_bytes>{"stored_bytes", "Size of the stored data in bytes, approximately."},
        Field<&R::freshness>{"freshness", "Result of the check for replaced rows; absent while locked."},
        Field<&R::opened_by>{"opened_by",
                             "Type and label of the slot that opened the store; absent while it is locked."},
        Field<&R::slots>{"slots", "Number of unlock slots."},
        Field<&R::recovery_slot>{"recovery_slot", "Whether one of them is a recovery code."},
        Field<&R::memory_locked>{"memory_locked", "Whether keys are kept out of swap."},
        Field<&R::connections>{"connections", "Open connections, this one included."},
        Field<&R::dropped_clients>{"dropped_clients",
                                   "How many clients were dropped since the daemon started, by the limit that they "
                                   "passed; absent when there were none."},
        Field<&R::audit>{"audit", "How the audit log is; absent while there is none."},
        Field<&R::security>{"security", "How safe the keys are, and why; earlier daemons leave it out."},
        Field<&R::health>{"health", "The worst that the last look at each part has found; absent before the first."},
        Field<&R::health_ms>{"health_ms", "When that was, in milliseconds since 1970."},
        Field<&R::problems>{"problems", "Sentences about what needs attention; empty when nothing does."}};
  }
};

struct GetStatus {
  using Request = Empty;
  using Response = StatusResponse;
  static constexpr MethodInfo info{
      .name = "GetStatus",
      .documentation = "Tells the state of the store and the health of the daemon.",
      .audit = not_audited("Programs poll it, and it tells nothing about what is stored.")};
};

struct WatchStatus {
  using Request = Empty;
  using Response = StatusResponse;
  static constexpr MethodInfo info{
      .name = "WatchStatus",
      .documentation =
          "Tells the status now and whenever the state of the store, its slots, its freshness or what needs "
          "attention changes. A reader that does not keep up is dropped.",
      .audit = not_audited("It tells what GetStatus tells."),
      .streaming = Streaming::required};
};

struct HealthCheck {
  std::string name;
  HealthState state{};
  std::string detail;
  std::optional<std::string> remedy;
  std::optional<std::string> mends;
  std::int64_t duration_us = 0;
  static constexpr std::string_view type_name = "HealthCheck";

  static constexpr auto fields() {
    using R = HealthCheck;
    return std::tuple{Field<&R::name>{"name", "What was looked at."},
                      Field<&R::state>{"state", "How it is."},
                      Field<&R::detail>{"detail", "Why, one sentence."},
                      Field<&R::remedy>{"remedy", "What makes it better; absent when nothing is to be done."},
                      Field<&R::mends>{"mends", "What Mend would do about it; absent when it can do nothing safely."},
                      Field<&R::duration_us>{"duration_us", "How long the look took, in microseconds."}};
  }
};

struct HealthResponse {
  HealthState state{};
  std::vector<HealthCheck> checks;

  static constexpr auto fields() {
    return std::tuple{Field<&HealthResponse::state>{"state", "The worst of all."},
                      Field<&HealthResponse::checks>{"checks", "What was looked at, always in the same order."}};
  }
};

struct GetHealth {
  using Request = Empty;
  using Response = HealthResponse;
  static constexpr MethodInfo info{
      .name = "GetHealth",
      .documentation =
          "Looks at each part of the daemon: store, storage, ways in, keychain, modes of files, memory, masking, "
          "audit log, disk, clock, plugins. It takes some milliseconds, and up to five seconds when a "
          "keychain does not answer.",
      .audit = not_audited("Programs poll it, and it tells nothing about what is stored.")};
};

struct MendRequest {
  std::string name;

  static constexpr auto fields() {
    return std::tuple{Field<&MendRequest::name>{
        "name", "The look that found something, as GetHealth names it.", {.min = 1, .max = 64}, CliRole::positional}};
  }
};

struct Mend {
  using Request = MendRequest;
  using Response = HealthCheck;
  static constexpr MethodInfo info{
      .name = "Mend",
      .documentation = "Does what GetHealth says can be done about one thing, and looks again.",
      .effect = Effect::write,
      .audit = audited_change("service.mend", "name")};
};

struct Setting {
  std::string key;
  std::string value;
  static constexpr std::string_view type_name = "Setting";

  static constexpr auto fields() {
    return std::tuple{Field<&Setting::key>{"key", "Its name in the configuration file, with its section."},
                      Field<&Setting::value>{"value", "What counts now."}};
  }
};

struct SettingsResponse {
  std::vector<Setting> settings;

  static constexpr auto fields() {
    return std::tuple{
        Field<&SettingsResponse::settings>{"settings", "All of them, as docs/configuration.md lists them."}};
  }
};

struct GetSettings {
  using Request = Empty;
  using Response = SettingsResponse;
  static constexpr MethodInfo info{.name = "GetSettings",
                                   .documentation = "Tells the settings that the daemon runs with; none is a secret.",
                                   .audit = not_audited("It tells nothing about what is stored.")};
};

struct IdentifyRequest {
  std::optional<std::string> client;
  std::optional<std::string> reason;

  static constexpr auto fields() {
    using R = IdentifyRequest;
    return std::tuple{
        Field<&R::client>{"client", "Name of the program, such as \"strongroom\".", {.min = 1, .max = 64}},
        Field<&R::reason>{"reason", "What the calls are for.", {.min = 1, .max = 512}}};
  }
};

struct Identify {
  using Request = IdentifyRequest;
  using Response = Empty;
  static constexpr MethodInfo info{.name = "Identify",
                                   .documentation =
                                       "Says who calls and why; both stand in the audit log beside the calls that "
                                       "follow on this connection. Nothing "
                                       "is granted for it, and nothing vouches for it.",
                                   .audit = not_audited("It stands beside the calls that follow.")};
};

inline constexpr std::string_view interface = "io.strongroom.Service";
inline constexpr std::string_view documentation = "What the daemon is and how it is.";
using Methods = MethodList<GetInfo, GetStatus, WatchStatus, GetHealth, Mend, GetSettings, Identify>;

// The interface of a method of this area, found by its type.
template <class M>
  requires in_list_v<M, Methods>
constexpr std::string_view interface_of(M) {
  return interface;
}

}  // namespace service
}  // namespace strongroom::protocol
