// The life of a secret beside its values: hidden, destroyed, moved, described.
#pragma once

#include <map>

#include <strongroom/protocol/methods/secret/common.h>

namespace strongroom::protocol::secret {

struct Delete {
  using Request = PathRequest;
  using Response = VersionResponse;
  static constexpr MethodInfo info{
      .name = "Delete",
      .documentation =
          "Marks the current version as deleted. Undelete takes it back; earlier versions stay readable by number.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .audit = audited_change("secret.delete", "path")};
};

struct Undelete {
  using Request = PathRequest;
  using Response = VersionResponse;
  static constexpr MethodInfo info{.name = "Undelete",
                                   .documentation = "Takes back the deletion of the current version.",
                                   .states = LockStates::unlocked,
                                   .effect = Effect::write,
                                   .audit = audited_change("secret.undelete", "path")};
};

struct DestroyRequest {
  std::string path;
  std::optional<std::vector<std::int64_t>> versions;

  static constexpr auto fields() {
    using R = DestroyRequest;
    return std::tuple{
        Field<&R::path>{"path", "Path of the secret.", k_path, CliRole::positional},
        Field<&R::versions>{"versions", "Versions to destroy; the current one by default.", {.min = 1, .max = 1000}}};
  }
};

struct DestroyResponse {
  std::vector<std::int64_t> versions;

  static constexpr auto fields() {
    return std::tuple{
        Field<&DestroyResponse::versions>{"versions", "Versions whose values this call took away for good."}};
  }
};

struct Destroy {
  using Request = DestroyRequest;
  using Response = DestroyResponse;
  static constexpr MethodInfo info{
      .name = "Destroy",
      .documentation = "Erases the values of versions for good. Their numbers and times stay in the history.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .audit = audited_change("secret.destroy", "path")};
};

struct PurgeRequest {
  std::string path;
  std::optional<bool> recursive;

  static constexpr auto fields() {
    using R = PurgeRequest;
    return std::tuple{Field<&R::path>{"path", "Path of the secret, or of a folder.", k_path, CliRole::positional},
                      Field<&R::recursive>{"recursive", "Takes the path for a folder and purges everything below it."}};
  }
};

struct CountResponse {
  std::int64_t count = 0;

  static constexpr auto fields() {
    return std::tuple{Field<&CountResponse::count>{"count", "Secrets that this concerned."}};
  }
};

struct Purge {
  using Request = PurgeRequest;
  using Response = CountResponse;
  static constexpr MethodInfo info{
      .name = "Purge",
      .documentation =
          "Erases a secret with all its versions and its history for good. A folder of more than 10000 "
          "secrets is refused; all or nothing.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .audit = audited_change("secret.purge", "path")};
};

struct MoveRequest {
  std::string from;
  std::string to;
  std::optional<bool> recursive;

  static constexpr auto fields() {
    using R = MoveRequest;
    return std::tuple{Field<&R::from>{"from", "Path of the secret, or of a folder.", k_path, CliRole::positional},
                      Field<&R::to>{"to", "Its new path. Nothing may be there.", k_path, CliRole::positional},
                      Field<&R::recursive>{"recursive", "Takes both for folders and moves everything below."}};
  }
};

struct Move {
  using Request = MoveRequest;
  using Response = CountResponse;
  static constexpr MethodInfo info{
      .name = "Move",
      .documentation =
          "Gives a secret another path, with its versions, labels and history. A folder of more than "
          "10000 secrets is refused; all or nothing.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .audit = audited_change("secret.move", "from", "to")};
};

struct CopyRequest {
  std::string from;
  std::string to;

  static constexpr auto fields() {
    using R = CopyRequest;
    return std::tuple{Field<&R::from>{"from", "Path of the secret.", k_path, CliRole::positional},
                      Field<&R::to>{"to", "Path of the copy. Nothing may be there.", k_path, CliRole::positional}};
  }
};

struct Copy {
  using Request = CopyRequest;
  using Response = WrittenResponse;
  static constexpr MethodInfo info{
      .name = "Copy",
      .documentation =
          "Makes a new secret of the current version of another, with its labels, metadata, expiry and "
          "policy.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .audit = audited_change("secret.copy", "from", "to")};
};

struct RollbackRequest {
  std::string path;
  std::int64_t version = 0;
  std::optional<std::int64_t> check_version;

  static constexpr auto fields() {
    using R = RollbackRequest;
    return std::tuple{
        Field<&R::path>{"path", "Path of the secret.", k_path, CliRole::positional},
        Field<&R::version>{"version", "Version whose values become current again.", k_version, CliRole::positional},
        Field<&R::check_version>{"check_version", "Only when this is the current version.", {.min = 0}}};
  }
};

struct Rollback {
  using Request = RollbackRequest;
  using Response = WrittenResponse;
  static constexpr MethodInfo info{
      .name = "Rollback",
      .documentation =
          "Writes the values of an earlier version as a new version. The earlier one may be deleted, but "
          "not destroyed.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .audit = audited_change("secret.rollback", "path")};
};

struct UpdateRequest {
  std::string path;
  std::optional<std::vector<std::string>> add_labels;
  std::optional<std::vector<std::string>> remove_labels;
  std::optional<std::map<std::string, std::string>> set_metadata;
  std::optional<std::vector<std::string>> remove_metadata;
  std::optional<std::int64_t> expires_ms;
  std::optional<std::int64_t> versions_kept;
  std::optional<bool> check_required;

  static constexpr auto fields() {
    using R = UpdateRequest;
    constexpr Bounds labels{.min = 0, .max = 32};
    constexpr Bounds metadata{.min = 0, .max = 64};
    return std::tuple{
        Field<&R::path>{"path", "Path of the secret.", k_path, CliRole::positional},
        Field<&R::add_labels>{"add_labels", "Labels to add: lines of at most 128 bytes.", labels},
        Field<&R::remove_labels>{"remove_labels", "Labels to take away.", labels},
        Field<&R::set_metadata>{"set_metadata", "Metadata to set: values of at most 512 bytes by names of at most 128.",
                                metadata},
        Field<&R::remove_metadata>{"remove_metadata", "Names of metadata to take away.", metadata},
        Field<&R::expires_ms>{"expires_ms", "When the current version expires, in milliseconds since 1970; 0: never.",
                              k_time},
        Field<&R::versions_kept>{
            "versions_kept", "How many versions are kept from the next write on.", {.min = 1, .max = 1000}},
        Field<&R::check_required>{"check_required", "Whether a write has to say which version it replaces."}};
  }
};

struct Update {
  using Request = UpdateRequest;
  using Response = service::Empty;
  static constexpr MethodInfo info{
      .name = "Update",
      .documentation = "Changes labels, metadata, expiry and policy of a secret. What is not given stays.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .audit = audited_change("secret.update", "path")};
};

}  // namespace strongroom::protocol::secret
