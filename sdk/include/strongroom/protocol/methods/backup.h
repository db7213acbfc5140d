// io.strongroom.Backup: copies of the store that can be opened elsewhere (docs/backup.md).
#pragma once

#include <strongroom/protocol/methods/service.h>

namespace strongroom::protocol::backup {

using service::Empty;

struct CreateRequest {
  std::optional<std::vector<std::string>> recipients;
  std::optional<Secret> passphrase;

  static constexpr auto fields() {
    using R = CreateRequest;
    return std::tuple{
        Field<&R::recipients>{"recipients", "Who can open it: age recipients, `age1...`.", {.min = 1, .max = 20}},
        Field<&R::passphrase>{
            "passphrase", "Or who knows this; it stands alone.", {.min = 1, .max = 1024}, CliRole::hidden}};
  }
};

struct Progress {
  std::int64_t done = 0;
  std::int64_t total = 0;
  std::optional<std::int64_t> rows;
  std::optional<std::string> name;
  static constexpr std::string_view type_name = "Progress";

  static constexpr auto fields() {
    using R = Progress;
    return std::tuple{Field<&R::done>{"done", "Bytes of rows that were written so far."},
                      Field<&R::total>{"total", "How many there are; a guess until the last answer."},
                      Field<&R::rows>{"rows", "In the last answer: how many rows it holds."},
                      Field<&R::name>{"name", "In the last answer of Run: the name of the file."}};
  }
};

struct Create {
  using Request = CreateRequest;
  using Response = Progress;
  static constexpr MethodInfo info{
      .name = "Create",
      .documentation =
          "Writes a backup of the store as it is now into the file whose descriptor comes along with the message "
          "(SCM_RIGHTS, exactly one): an age file that only its recipients, or who knows the passphrase, can open. "
          "Whoever opens it holds everything: values, and the key to them. Writes go on meanwhile.",
      .states = LockStates::unlocked,
      .audit = audited_use("backup.create"),
      .streaming = Streaming::optional,
      .passes = Passes::descriptor};
};

struct Run {
  using Request = Empty;
  using Response = Progress;
  static constexpr MethodInfo info{
      .name = "Run",
      .documentation = "Makes a backup in the configured folder for the configured recipients, and prunes older ones.",
      .states = LockStates::unlocked,
      .audit = audited_use("backup.run"),
      .streaming = Streaming::optional};
};

struct File {
  std::string name;
  std::int64_t bytes = 0;
  std::int64_t created_ms = 0;
  static constexpr std::string_view type_name = "File";

  static constexpr auto fields() {
    return std::tuple{Field<&File::name>{"name", "Name of the file."}, Field<&File::bytes>{"bytes", "Its length."},
                      Field<&File::created_ms>{"created_ms", "When it was made, in milliseconds since 1970."}};
  }
};

struct ListResponse {
  std::optional<std::string> folder;
  std::int64_t recipients = 0;
  std::int64_t every_hours = 0;
  std::int64_t keep = 0;
  std::optional<std::int64_t> next_ms;
  std::optional<std::string> problem;
  std::vector<File> files;

  static constexpr auto fields() {
    using R = ListResponse;
    return std::tuple{
        Field<&R::folder>{"folder", "Where backups are made without being asked; absent when nowhere."},
        Field<&R::recipients>{"recipients", "How many can open them."},
        Field<&R::every_hours>{"every_hours", "How often one is made."},
        Field<&R::keep>{"keep", "How many are kept."},
        Field<&R::next_ms>{"next_ms", "When the next one is due; absent when none is made without being asked."},
        Field<&R::problem>{"problem", "Why the last one failed; absent when it did not."},
        Field<&R::files>{"files", "Those of this store in the folder, newest first."}};
  }
};

struct List {
  using Request = Empty;
  using Response = ListResponse;
  static constexpr MethodInfo info{.name = "List",
                                   .documentation = "Lists the backups of the configured folder, and the schedule.",
                                   .states = LockStates::unlocked,
                                   .audit = audited_use("backup.list")};
};

struct PruneResponse {
  std::vector<std::string> removed;

  static constexpr auto fields() {
    return std::tuple{Field<&PruneResponse::removed>{"removed", "Names of the files that were removed."}};
  }
};

struct Prune {
  using Request = Empty;
  using Response = PruneResponse;
  static constexpr MethodInfo info{
      .name = "Prune",
      .documentation = "Removes the oldest backups of this store from the configured folder, beyond those to be kept.",
      .states = LockStates::unlocked,
      .audit = audited_use("backup.prune"),
      .cli = {"backup prune", "strongroom backup prune"}};
};

inline constexpr std::string_view interface = "io.strongroom.Backup";
inline constexpr std::string_view documentation = "Copies of the store that can be opened elsewhere.";
using Methods = MethodList<Create, Run, List, Prune>;

// The interface of a method of this area, found by its type.
template <class M>
  requires in_list_v<M, Methods>
constexpr std::string_view interface_of(M) {
  return interface;
}

}  // namespace strongroom::protocol::backup
