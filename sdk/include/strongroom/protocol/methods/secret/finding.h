// Finding secrets and looking at what is not their value.
#pragma once

#include <map>

#include <strongroom/protocol/methods/secret/common.h>

namespace strongroom::protocol::secret {

struct ListRequest {
  std::optional<std::string> prefix;
  std::optional<bool> recursive;
  std::optional<bool> deleted;
  std::optional<std::string> cursor;
  std::optional<std::int64_t> limit;

  static constexpr auto fields() {
    using R = ListRequest;
    return std::tuple{
        Field<&R::prefix>{"prefix", "Folder to list; the top by default.", k_prefix, CliRole::positional},
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
                                   .states = LockStates::unlocked,
                                   .audit = audited_use("secret.list", "prefix")};
};

struct VersionEntry {
  std::int64_t version = 0;
  std::int64_t created_ms = 0;
  bool current = false;
  std::optional<std::int64_t> deleted_ms;
  std::optional<std::int64_t> expires_ms;
  std::optional<bool> destroyed;
  std::optional<Placed> placed;
  static constexpr std::string_view type_name = "VersionEntry";

  static constexpr auto fields() {
    using R = VersionEntry;
    return std::tuple{
        Field<&R::version>{"version", "Number of the version."},
        Field<&R::created_ms>{"created_ms", "When it was written, in milliseconds since 1970."},
        Field<&R::current>{"current", "Whether it is what is read by default."},
        Field<&R::deleted_ms>{"deleted_ms", "Present when it is deleted: since when, in milliseconds since 1970."},
        Field<&R::expires_ms>{"expires_ms", "Present when it expires: when, in milliseconds since 1970."},
        Field<&R::destroyed>{"destroyed", "Present and true when its values are gone for good."},
        Field<&R::placed>{"placed", "Where its values lie; absent when they are gone."}};
  }
};

struct HistoryResponse {
  std::vector<VersionEntry> versions;
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::optional<std::int64_t> last_read_ms;
  std::optional<std::vector<std::string>> labels;
  std::optional<std::map<std::string, std::string>> metadata;
  std::optional<std::int64_t> versions_kept;
  std::optional<bool> check_required;

  static constexpr auto fields() {
    using R = HistoryResponse;
    return std::tuple{
        Field<&R::versions>{"versions", "The versions kept, newest first."},
        Field<&R::created_ms>{"created_ms", "When the secret was first written."},
        Field<&R::updated_ms>{"updated_ms", "When it last changed."},
        Field<&R::last_read_ms>{"last_read_ms", "When it was last read, approximately; absent when it never was."},
        Field<&R::labels>{"labels", "Labels, when there are any."},
        Field<&R::metadata>{"metadata", "Words about the secret by name, when there are any."},
        Field<&R::versions_kept>{"versions_kept", "How many versions are kept."},
        Field<&R::check_required>{"check_required", "Whether a write has to say which version it replaces."}};
  }
};

struct GetHistory {
  using Request = PathRequest;
  using Response = HistoryResponse;
  static constexpr MethodInfo info{
      .name = "GetHistory",
      .documentation = "Lists the versions of a secret, its times, labels, metadata and policy, without values.",
      .states = LockStates::unlocked,
      .audit = audited_use("secret.get_history", "path")};
};

struct SearchRequest {
  std::optional<std::string> text;
  std::optional<std::vector<std::string>> labels;
  std::optional<std::string> prefix;
  std::optional<std::int64_t> not_read_since_ms;
  std::optional<std::int64_t> expires_before_ms;
  std::optional<bool> deleted;
  std::optional<std::string> cursor;
  std::optional<std::int64_t> limit;

  static constexpr auto fields() {
    using R = SearchRequest;
    return std::tuple{
        Field<&R::text>{"text", "Part of the path or of a label, in whatever case.", {.min = 0, .max = 512}},
        Field<&R::labels>{"labels", "Labels that it must have, all of them.", {.min = 0, .max = 32}},
        Field<&R::prefix>{"prefix", "Folder to search; everything by default.", k_prefix},
        Field<&R::not_read_since_ms>{"not_read_since_ms",
                                     "Only what was neither read nor written since then, in milliseconds since 1970.",
                                     k_time},
        Field<&R::expires_before_ms>{
            "expires_before_ms", "Only what has expired or expires before then, in milliseconds since 1970.", k_time},
        Field<&R::deleted>{"deleted", "Finds deleted secrets too."},
        Field<&R::cursor>{"cursor", "Continues behind an earlier answer.", {.min = 0, .max = 512}},
        Field<&R::limit>{"limit", "Entries in one answer at most; 1000 by default.", {.min = 1, .max = 10000}}};
  }
};

struct FoundSecret {
  std::string path;
  std::int64_t version = 0;
  std::int64_t updated_ms = 0;
  std::optional<std::int64_t> last_read_ms;
  std::optional<std::int64_t> expires_ms;
  std::optional<std::vector<std::string>> labels;
  std::optional<bool> deleted;
  static constexpr std::string_view type_name = "FoundSecret";

  static constexpr auto fields() {
    using R = FoundSecret;
    return std::tuple{
        Field<&R::path>{"path", "Whole path."},
        Field<&R::version>{"version", "Current version."},
        Field<&R::updated_ms>{"updated_ms", "When it last changed, in milliseconds since 1970."},
        Field<&R::last_read_ms>{"last_read_ms", "When it was last read, approximately; absent when it never was."},
        Field<&R::expires_ms>{"expires_ms", "Present when the current version expires: when."},
        Field<&R::labels>{"labels", "Labels, when there are any."},
        Field<&R::deleted>{"deleted", "Present and true when the current version is deleted or destroyed."}};
  }
};

struct SearchResponse {
  std::vector<FoundSecret> secrets;
  std::optional<std::string> cursor;

  static constexpr auto fields() {
    using R = SearchResponse;
    return std::tuple{Field<&R::secrets>{"secrets", "Sorted by path, byte by byte."},
                      Field<&R::cursor>{"cursor", "Present when there is more; give it to the next call."}};
  }
};

struct Search {
  using Request = SearchRequest;
  using Response = SearchResponse;
  static constexpr MethodInfo info{
      .name = "Search",
      .documentation =
          "Finds secrets by path, label, use and expiry. It looks at every secret of the folder and runs "
          "beside everything else.",
      .states = LockStates::unlocked,
      .audit = audited_use("secret.search", "prefix")};
};

}  // namespace strongroom::protocol::secret
