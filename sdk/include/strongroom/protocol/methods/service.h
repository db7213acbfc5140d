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

}  // namespace strongroom::protocol::service

namespace strongroom::protocol {

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
  static constexpr MethodInfo info{
      .name = "GetInfo", .documentation = "Tells version and features.", .cli = {"info", "strongroom info"}};
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
  std::int64_t slots = 0;
  bool recovery_slot = false;
  bool memory_locked = true;
  std::int64_t connections = 0;
  std::optional<std::map<std::string, std::int64_t>> dropped_clients;
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
        Field<&R::slots>{"slots", "Number of unlock slots."},
        Field<&R::recovery_slot>{"recovery_slot", "Whether one of them is a recovery code."},
        Field<&R::memory_locked>{"memory_locked", "Whether keys are kept out of swap."},
        Field<&R::connections>{"connections", "Open connections, this one included."},
        Field<&R::dropped_clients>{"dropped_clients",
                                   "How many clients were dropped since the daemon started, by the limit that they "
                                   "passed; absent when there were none."},
        Field<&R::problems>{"problems", "Sentences about what needs attention; empty when nothing does."}};
  }
};

struct GetStatus {
  using Request = Empty;
  using Response = StatusResponse;
  static constexpr MethodInfo info{.name = "GetStatus",
                                   .documentation = "Tells the state of the store and the health of the daemon."};
};

struct WatchStatus {
  using Request = Empty;
  using Response = StatusResponse;
  static constexpr MethodInfo info{
      .name = "WatchStatus",
      .documentation =
          "Tells the status now and whenever the state of the store, its slots, its freshness or what needs "
          "attention changes. A reader that does not keep up is dropped.",
      .streaming = Streaming::required};
};

inline constexpr std::string_view interface = "io.strongroom.Service";
inline constexpr std::string_view documentation = "What the daemon is and how it is.";
using Methods = MethodList<GetInfo, GetStatus, WatchStatus>;

// The interface of a method of this area, found by its type.
template <class M>
  requires in_list_v<M, Methods>
constexpr std::string_view interface_of(M) {
  return interface;
}

}  // namespace service
}  // namespace strongroom::protocol
