// Following changes as they happen.
#pragma once

#include <strongroom/protocol/methods/secret/common.h>

namespace strongroom::protocol::secret {

enum class ChangeKind : std::uint8_t {
  started,    // the first answer: from here on nothing is missed
  written,    // a new version, by Put, Rollback or Copy
  deleted,    // the current version is hidden
  undeleted,  // and no longer
  destroyed,  // values of versions are gone
  purged,     // the secret, or everything below a folder, is gone
  moved,      // it, or everything below a folder, has another path: `to`
  described,  // labels, metadata, expiry or policy
};

}  // namespace strongroom::protocol::secret

namespace strongroom::protocol {

template <>
struct EnumNames<secret::ChangeKind> {
  static constexpr std::string_view type_name = "ChangeKind";
  static constexpr std::array<std::string_view, 8> names{"started",   "written", "deleted", "undeleted",
                                                         "destroyed", "purged",  "moved",   "described"};
};

namespace secret {

struct WatchRequest {
  std::optional<std::string> prefix;

  static constexpr auto fields() {
    return std::tuple{Field<&WatchRequest::prefix>{"prefix", "Folder or secret to follow; everything by default.",
                                                   k_prefix, CliRole::positional}};
  }
};

struct Change {
  ChangeKind change{};
  std::int64_t time_ms = 0;
  std::optional<std::string> path;
  std::optional<std::string> to;
  std::optional<std::int64_t> version;

  static constexpr auto fields() {
    using R = Change;
    return std::tuple{Field<&R::change>{"change", "What happened."},
                      Field<&R::time_ms>{"time_ms", "When, in milliseconds since 1970."},
                      Field<&R::path>{"path", "Whole path; a folder's ends in '/'."},
                      Field<&R::to>{"to", "The new path, for moved."},
                      Field<&R::version>{"version", "Version it was about, where it is about one."}};
  }
};

struct Watch {
  using Request = WatchRequest;
  using Response = Change;
  static constexpr MethodInfo info{
      .name = "Watch",
      .documentation =
          "Tells each change of secrets after it is durable, without values, in the order of the commits. "
          "It ends when the store is locked. A reader that does not keep up is dropped.",
      .states = LockStates::unlocked,
      .audit = audited_use("secret.watch", "prefix"),
      .streaming = Streaming::required};
};

}  // namespace secret
}  // namespace strongroom::protocol
