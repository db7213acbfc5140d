// io.strongroom.Secret: named secrets with fields and versions.
//
// A path is UTF-8 in NFC, its segments split by '/', none empty, "." or "..", no control characters, at most 512 bytes
// and 16 levels. A version has 1 to 64 fields, together at most 1 MiB. Values travel in `fields`; the names of those
// that carry base64 stand in `base64` (secret_fields.h packs and unpacks them).
#pragma once

#include <strongroom/protocol/methods/service.h>

namespace strongroom::protocol::secret {

inline constexpr std::size_t k_max_fields = 64;
inline constexpr std::size_t k_max_version_bytes = 1024 * 1024;
inline constexpr std::int64_t k_max_batch = 1024;
inline constexpr Bounds k_path{.min = 1, .max = 512};
inline constexpr Bounds k_fields{.min = 1, .max = k_max_fields};
inline constexpr Bounds k_version{.min = 1};
inline constexpr Bounds k_names{.min = 0, .max = k_max_fields};

struct GetRequest {
  std::string path;
  std::optional<std::int64_t> version;
  std::optional<std::vector<std::string>> only;
  static constexpr std::string_view type_name = "GetItem";

  static constexpr auto fields() {
    using R = GetRequest;
    return std::tuple{Field<&R::path>{"path", "Path of the secret.", k_path, CliRole::positional},
                      Field<&R::version>{"version", "Version to read; the current one by default.", k_version},
                      Field<&R::only>{"only", "Names of the fields wanted; all by default.", k_names}};
  }
};

struct GetResponse {
  std::int64_t version = 0;
  std::int64_t created_ms = 0;
  SecretMap fields_;
  std::optional<std::vector<std::string>> base64;
  std::optional<service::Freshness> freshness;

  static constexpr auto fields() {
    using R = GetResponse;
    return std::tuple{
        Field<&R::version>{"version", "Version that was read."},
        Field<&R::created_ms>{"created_ms", "When that version was written, in milliseconds since 1970."},
        Field<&R::fields_>{"fields", "Values by name."},
        Field<&R::base64>{"base64", "Names of the fields whose value is base64 of bytes that are not text."},
        Field<&R::freshness>{"freshness",
                             "Present while or when it is not certain that this is the newest row stored."}};
  }
};

struct Get {
  using Request = GetRequest;
  using Response = GetResponse;
  static constexpr MethodInfo info{.name = "Get",
                                   .documentation = "Reads a version of a secret.",
                                   .states = LockStates::unlocked,
                                   .effect = Effect::reveal};
};

struct PutRequest {
  std::string path;
  SecretMap fields_;
  std::optional<std::vector<std::string>> base64;
  std::optional<std::int64_t> check_version;
  std::optional<bool> merge;
  static constexpr std::string_view type_name = "PutItem";

  static constexpr auto fields() {
    using R = PutRequest;
    return std::tuple{
        Field<&R::path>{"path", "Path of the secret.", k_path, CliRole::positional},
        Field<&R::fields_>{"fields", "Values by name.", k_fields, CliRole::hidden},
        Field<&R::base64>{"base64", "Names of the fields whose value is base64.", k_names, CliRole::hidden},
        Field<&R::check_version>{"check_version",
                                 "Writes only when this is the current version; 0: only when there is no such secret.",
                                 {.min = 0}},
        Field<&R::merge>{"merge", "Keeps the other fields of the current version; false by default."}};
  }
};

struct PutResponse {
  std::int64_t version = 0;

  static constexpr auto fields() {
    return std::tuple{Field<&PutResponse::version>{"version", "Version that was written."}};
  }
};

struct Put {
  using Request = PutRequest;
  using Response = PutResponse;
  static constexpr MethodInfo info{
      .name = "Put",
      .documentation = "Writes a new version of a secret. It is durable when this answers.",
      .states = LockStates::unlocked,
      .effect = Effect::write};
};

// Why one item of a batch failed, in the words of a single call's error.
struct Problem {
  std::string error;
  std::string message;
  static constexpr std::string_view type_name = "Problem";

  static constexpr auto fields() {
    return std::tuple{Field<&Problem::error>{"error", "Name of the error."},
                      Field<&Problem::message>{"message", "One sentence."}};
  }
};

struct GetResult {
  std::string path;
  std::optional<Problem> problem;
  std::optional<std::int64_t> version;
  std::optional<std::int64_t> created_ms;
  std::optional<SecretMap> fields_;
  std::optional<std::vector<std::string>> base64;
  static constexpr std::string_view type_name = "GetResult";

  static constexpr auto fields() {
    using R = GetResult;
    return std::tuple{Field<&R::path>{"path", "Path as asked."},
                      Field<&R::problem>{"problem", "Present when this item failed."},
                      Field<&R::version>{"version", "Version that was read."},
                      Field<&R::created_ms>{"created_ms", "When it was written, in milliseconds since 1970."},
                      Field<&R::fields_>{"fields", "Values by name."},
                      Field<&R::base64>{"base64", "Names of the fields whose value is base64."}};
  }
};

struct GetManyRequest {
  std::vector<GetRequest> items;

  static constexpr auto fields() {
    return std::tuple{
        Field<&GetManyRequest::items>{"items", "What to read.", {.min = 1, .max = k_max_batch}, CliRole::hidden}};
  }
};

struct GetManyResponse {
  std::vector<GetResult> items;
  std::optional<service::Freshness> freshness;

  static constexpr auto fields() {
    return std::tuple{Field<&GetManyResponse::items>{"items", "One result for each item, in the same order."},
                      Field<&GetManyResponse::freshness>{"freshness", "As in Get, for all of them."}};
  }
};

struct GetMany {
  using Request = GetManyRequest;
  using Response = GetManyResponse;
  static constexpr MethodInfo info{
      .name = "GetMany",
      .documentation = "Reads many secrets from one snapshot. An item that fails says so and does not fail the others.",
      .states = LockStates::unlocked,
      .effect = Effect::reveal};
};

struct PutResult {
  std::string path;
  std::optional<Problem> problem;
  std::optional<std::int64_t> version;
  static constexpr std::string_view type_name = "PutResult";

  static constexpr auto fields() {
    using R = PutResult;
    return std::tuple{Field<&R::path>{"path", "Path as asked."},
                      Field<&R::problem>{"problem", "Present when this item failed; nothing of it was written."},
                      Field<&R::version>{"version", "Version that was written."}};
  }
};

struct PutManyRequest {
  std::vector<PutRequest> items;

  static constexpr auto fields() {
    return std::tuple{
        Field<&PutManyRequest::items>{"items", "What to write.", {.min = 1, .max = k_max_batch}, CliRole::hidden}};
  }
};

struct PutManyResponse {
  std::vector<PutResult> items;

  static constexpr auto fields() {
    return std::tuple{Field<&PutManyResponse::items>{"items", "One result for each item, in the same order."}};
  }
};

struct PutMany {
  using Request = PutManyRequest;
  using Response = PutManyResponse;
  static constexpr MethodInfo info{
      .name = "PutMany",
      .documentation =
          "Writes many secrets in as few commits as possible. An item that fails says so and does not fail the others.",
      .states = LockStates::unlocked,
      .effect = Effect::write};
};

struct ListRequest {
  std::optional<std::string> prefix;
  std::optional<bool> recursive;
  std::optional<bool> deleted;
  std::optional<std::string> cursor;
  std::optional<std::int64_t> limit;

  static constexpr auto fields() {
    using R = ListRequest;
    return std::tuple{
        Field<&R::prefix>{"prefix", "Folder to list; the top by default.", {.min = 0, .max = 512}, CliRole::positional},
        Field<&R::recursive>{"recursive", "Lists all levels below instead of one."},
        Field<&R::deleted>{"deleted", "Lists deleted secrets too."},
        Field<&R::cursor>{"cursor", "Continues behind an earlier answer.", {.min = 0, .max = 1024}, CliRole::hidden},
        Field<&R::limit>{
            "limit", "Entries in one answer at most; 1000 by default.", {.min = 1, .max = 10000}, CliRole::hidden}};
  }
};

struct ListEntry {
  std::string path;
  bool folder = false;
  std::optional<std::int64_t> version;
  std::optional<std::int64_t> updated_ms;
  std::optional<bool> deleted;
  static constexpr std::string_view type_name = "ListEntry";

  static constexpr auto fields() {
    using R = ListEntry;
    return std::tuple{Field<&R::path>{"path", "Whole path; a folder's ends in '/'."},
                      Field<&R::folder>{"folder", "Whether there is more below it."},
                      Field<&R::version>{"version", "Current version of a secret."},
                      Field<&R::updated_ms>{"updated_ms", "When it was last written, in milliseconds since 1970."},
                      Field<&R::deleted>{"deleted", "Present and true when the current version is deleted."}};
  }
};

struct ListResponse {
  std::vector<ListEntry> entries;
  std::optional<std::string> cursor;

  static constexpr auto fields() {
    using R = ListResponse;
    return std::tuple{Field<&R::entries>{"entries", "In a stable order that is not alphabetic."},
                      Field<&R::cursor>{"cursor", "Present when there is more; give it to the next call."}};
  }
};

struct List {
  using Request = ListRequest;
  using Response = ListResponse;
  static constexpr MethodInfo info{.name = "List",
                                   .documentation = "Lists the names of secrets and folders. It never shows values.",
                                   .states = LockStates::unlocked};
};

struct PathRequest {
  std::string path;

  static constexpr auto fields() {
    return std::tuple{Field<&PathRequest::path>{"path", "Path of the secret.", k_path, CliRole::positional}};
  }
};

struct VersionEntry {
  std::int64_t version = 0;
  std::int64_t created_ms = 0;
  bool current = false;
  std::optional<std::int64_t> deleted_ms;
  static constexpr std::string_view type_name = "VersionEntry";

  static constexpr auto fields() {
    using R = VersionEntry;
    return std::tuple{
        Field<&R::version>{"version", "Number of the version."},
        Field<&R::created_ms>{"created_ms", "When it was written, in milliseconds since 1970."},
        Field<&R::current>{"current", "Whether it is what is read by default."},
        Field<&R::deleted_ms>{"deleted_ms", "Present when it is deleted: since when, in milliseconds since 1970."}};
  }
};

struct HistoryResponse {
  std::vector<VersionEntry> versions;
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::optional<std::int64_t> last_read_ms;

  static constexpr auto fields() {
    using R = HistoryResponse;
    return std::tuple{
        Field<&R::versions>{"versions", "The versions kept, newest first."},
        Field<&R::created_ms>{"created_ms", "When the secret was first written."},
        Field<&R::updated_ms>{"updated_ms", "When it last changed."},
        Field<&R::last_read_ms>{"last_read_ms", "When it was last read, approximately; absent when it never was."}};
  }
};

struct GetHistory {
  using Request = PathRequest;
  using Response = HistoryResponse;
  static constexpr MethodInfo info{.name = "GetHistory",
                                   .documentation = "Lists the versions of a secret and its times, without values.",
                                   .states = LockStates::unlocked,
                                   .cli = {"secret history", "strongroom secret history openai/key"}};
};

struct VersionResponse {
  std::int64_t version = 0;

  static constexpr auto fields() {
    return std::tuple{Field<&VersionResponse::version>{"version", "Version this was about."}};
  }
};

struct Delete {
  using Request = PathRequest;
  using Response = VersionResponse;
  static constexpr MethodInfo info{
      .name = "Delete",
      .documentation =
          "Marks the current version as deleted. Undelete takes it back; earlier versions stay readable by number.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .cli = {"secret delete", "strongroom secret delete openai/key"}};
};

struct Undelete {
  using Request = PathRequest;
  using Response = VersionResponse;
  static constexpr MethodInfo info{.name = "Undelete",
                                   .documentation = "Takes back the deletion of the current version.",
                                   .states = LockStates::unlocked,
                                   .effect = Effect::write,
                                   .cli = {"secret undelete", "strongroom secret undelete openai/key"}};
};

inline constexpr std::string_view interface = "io.strongroom.Secret";
inline constexpr std::string_view documentation = "Named secrets with fields and versions.";
using Methods = MethodList<Get, Put, GetMany, PutMany, List, GetHistory, Delete, Undelete>;

// The interface of a method of this area, found by its type.
template <class M>
  requires in_list_v<M, Methods>
constexpr std::string_view interface_of(M) {
  return interface;
}

}  // namespace strongroom::protocol::secret
