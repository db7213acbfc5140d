// io.strongroom.Export: what is stored and what happened, as files (docs/export.md).
#pragma once

#include <map>

#include <strongroom/protocol/methods/audit/common.h>

namespace strongroom::protocol::export_ {

// What can be exported. None shows a secret value that nobody has asked for.
enum class Subject : std::uint8_t { audit, secrets, plugins, status };

}  // namespace strongroom::protocol::export_

namespace strongroom::protocol {

template <>
struct EnumNames<export_::Subject> {
  static constexpr std::string_view type_name = "Subject";
  static constexpr std::array<std::string_view, 4> names{"audit", "secrets", "plugins", "status"};
};

namespace export_ {

using service::Empty;

struct FormatEntry {
  std::string format;
  std::string extension;
  std::string media_type;
  std::string plugin;
  static constexpr std::string_view type_name = "FormatEntry";

  static constexpr auto fields() {
    using R = FormatEntry;
    return std::tuple{Field<&R::format>{"format", "The name to ask for."},
                      Field<&R::extension>{"extension", "Of its files."},
                      Field<&R::media_type>{"media_type", "Of its files."},
                      Field<&R::plugin>{"plugin", "Id of the plugin that writes it."}};
  }
};

struct ListFormatsResponse {
  std::vector<FormatEntry> formats;

  static constexpr auto fields() {
    return std::tuple{Field<&ListFormatsResponse::formats>{"formats", "In no particular order."}};
  }
};

struct ListFormats {
  using Request = Empty;
  using Response = ListFormatsResponse;
  static constexpr MethodInfo info{.name = "ListFormats",
                                   .documentation = "Lists the formats that there are exporters for.",
                                   .states = LockStates::unlocked,
                                   .audit = not_audited("It tells nothing about what is stored."),
                                   .cli = {"export formats", "strongroom export formats"}};
};

struct RunRequest {
  Subject what = Subject::audit;
  std::string format;
  std::optional<std::map<std::string, std::string>> settings;
  std::optional<std::vector<std::string>> columns;
  std::optional<std::int64_t> since_ms;
  std::optional<std::int64_t> until_ms;
  std::optional<std::string> actor;
  std::optional<std::string> action;
  std::optional<std::string> path;
  std::optional<audit::Decision> decision;
  std::optional<std::string> prefix;
  std::optional<bool> deleted;
  std::optional<bool> reveal;
  std::optional<std::vector<std::string>> recipients;

  static constexpr auto fields() {
    using R = RunRequest;
    return std::tuple{
        Field<&R::what>{"what", "What is exported."},
        Field<&R::format>{"format", "One of ListFormats, such as csv.", {.min = 1, .max = 32}},
        Field<&R::settings>{"settings", "Settings of the exporter, by name.", {.min = 0, .max = 64}},
        Field<&R::columns>{"columns", "Only these columns, in this order; all by default.", {.min = 1, .max = 64}},
        Field<&R::since_ms>{"since_ms", "Audit: only from this time on, in milliseconds since 1970.", audit::k_time},
        Field<&R::until_ms>{"until_ms", "Audit: only before this time.", audit::k_time},
        Field<&R::actor>{"actor", "Audit: only of this actor, such as uid:1000.", audit::k_event_text},
        Field<&R::action>{"action", "Audit: only this action, such as secret.get.", audit::k_event_text},
        Field<&R::path>{"path", "Audit: only about the object of this name.", audit::k_event_path},
        Field<&R::decision>{"decision", "Audit: only what was allowed, or denied."},
        Field<&R::prefix>{"prefix", "Secrets: only below this folder.", {.min = 0, .max = 512}},
        Field<&R::deleted>{"deleted", "Secrets: deleted ones too."},
        Field<&R::reveal>{"reveal", "Secrets: their values too, a row for each field; only with `recipients`."},
        Field<&R::recipients>{"recipients",
                              "The file becomes an age file (age-encryption.org/v1) that these can open, and nobody "
                              "else: `age1...`.",
                              {.min = 1, .max = 20}}};
  }
};

struct Progress {
  std::int64_t rows = 0;
  std::optional<std::int64_t> total;
  std::optional<std::int64_t> bytes;
  std::optional<std::string> sha256;
  static constexpr std::string_view type_name = "Progress";

  static constexpr auto fields() {
    using R = Progress;
    return std::tuple{Field<&R::rows>{"rows", "How many rows were written so far."},
                      Field<&R::total>{"total", "How many there will be at most; absent when that is not known."},
                      Field<&R::bytes>{"bytes", "In the last answer: length of the file; absent when it is no file."},
                      Field<&R::sha256>{"sha256", "In the last answer: its digest in hex, as the audit log has it."}};
  }
};

struct Run {
  using Request = RunRequest;
  using Response = Progress;
  static constexpr MethodInfo info{
      .name = "Run",
      .documentation =
          "Writes rows into the file whose descriptor comes along with the message (SCM_RIGHTS, exactly one). It tells "
          "about its progress while it is called with `more`; the last answer comes when the file is complete and on "
          "the disk. When the caller goes away it ends.",
      .states = LockStates::unlocked,
      .audit = audited_use("export.run", "what"),
      .streaming = Streaming::optional,
      .passes = Passes::descriptor};
};

inline constexpr std::string_view interface = "io.strongroom.Export";
inline constexpr std::string_view documentation = "What is stored and what happened, as files.";
using Methods = MethodList<ListFormats, Run>;

// The interface of a method of this area, found by its type.
template <class M>
  requires in_list_v<M, Methods>
constexpr std::string_view interface_of(M) {
  return interface;
}

}  // namespace export_
}  // namespace strongroom::protocol
