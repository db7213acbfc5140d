// io.strongroom.Plugin: which plugins there are, and looking after them (docs/plugins/managing.md).
#pragma once

#include <map>

#include <strongroom/protocol/methods/service.h>

namespace strongroom::protocol::plugin {

using service::Empty;

// What of a plugin is shown.
struct Plugin {
  std::string id;
  std::string type;
  std::optional<std::string> format;
  std::string abi;
  std::string origin;
  std::string isolation;
  std::string state;
  std::string sha256;
  std::vector<std::string> rights;
  std::optional<std::string> problem;
  std::optional<std::int64_t> next_try_ms;
  static constexpr std::string_view type_name = "Plugin";

  static constexpr auto fields() {
    using R = Plugin;
    return std::tuple{
        Field<&R::id>{"id", "Its name, for ever."},
        Field<&R::type>{"type", "storage, exporter or monitor."},
        Field<&R::format>{"format", "Of an exporter: the format that it writes."},
        Field<&R::abi>{"abi", "Revision of the seam that it was built for."},
        Field<&R::origin>{"origin", "built in, installed, or configured (storage.library)."},
        Field<&R::isolation>{"isolation",
                             "runner: a process of its own that is confined; not isolated: a process of its own that "
                             "this system cannot confine; in process: it shares the daemon's memory."},
        Field<&R::state>{"state", "enabled, disabled, failing or changed."},
        Field<&R::sha256>{"sha256", "Digest of its library in hex, as it was approved."},
        Field<&R::rights>{"rights", "What it may use besides its calls."},
        Field<&R::problem>{"problem", "Why it failed the last time, or what is wrong with it; absent when nothing is."},
        Field<&R::next_try_ms>{"next_try_ms", "When it may be used again; absent when it may be now."}};
  }
};

struct ListResponse {
  std::vector<Plugin> plugins;

  static constexpr auto fields() {
    return std::tuple{Field<&ListResponse::plugins>{"plugins", "Ours first, then those that were installed, by id."}};
  }
};

struct List {
  using Request = Empty;
  using Response = ListResponse;
  static constexpr MethodInfo info{.name = "List",
                                   .documentation = "Lists the plugins.",
                                   .states = LockStates::unlocked,
                                   .audit = not_audited("It tells nothing about what is stored.")};
};

struct IdRequest {
  std::string id;

  static constexpr auto fields() {
    return std::tuple{Field<&IdRequest::id>{"id", "Id of the plugin.", {.min = 3, .max = 127}, CliRole::positional}};
  }
};

struct Setting {
  std::string name;
  std::string type;
  std::string value;
  std::string source;
  std::optional<std::vector<std::string>> choices;
  std::string documentation;
  static constexpr std::string_view type_name = "Setting";

  static constexpr auto fields() {
    using R = Setting;
    return std::tuple{Field<&R::name>{"name", "Its name."},
                      Field<&R::type>{"type", "boolean, integer, text or choice."},
                      Field<&R::value>{"value", "What counts."},
                      Field<&R::source>{"source", "default, or configured."},
                      Field<&R::choices>{"choices", "The values of a choice."},
                      Field<&R::documentation>{"documentation", "What it is for."}};
  }
};

struct Usage {
  std::int64_t ended_ms = 0;
  std::int64_t peak_bytes = 0;
  std::int64_t cpu_ms = 0;
  static constexpr std::string_view type_name = "Usage";

  static constexpr auto fields() {
    using R = Usage;
    return std::tuple{Field<&R::ended_ms>{"ended_ms", "When the process ended, in milliseconds since 1970."},
                      Field<&R::peak_bytes>{"peak_bytes", "The most memory that it had."},
                      Field<&R::cpu_ms>{"cpu_ms", "The time that it worked."}};
  }
};

struct GetResponse {
  Plugin plugin;
  std::vector<Setting> settings;
  std::optional<Usage> last_run;

  static constexpr auto fields() {
    return std::tuple{
        Field<&GetResponse::plugin>{"plugin", "The plugin."},
        Field<&GetResponse::settings>{"settings", "What can be configured."},
        Field<&GetResponse::last_run>{"last_run", "What its process has used that ended last; absent when none has."}};
  }
};

struct Get {
  using Request = IdRequest;
  using Response = GetResponse;
  static constexpr MethodInfo info{.name = "Get",
                                   .documentation = "Shows one plugin and its settings.",
                                   .states = LockStates::unlocked,
                                   .audit = not_audited("It tells nothing about what is stored.")};
};

struct InstallRequest {
  std::string manifest;

  static constexpr auto fields() {
    return std::tuple{Field<&InstallRequest::manifest>{
        "manifest", "The plugin's manifest, a JSON object.", {.min = 2, .max = 65536}}};
  }
};

struct Install {
  using Request = InstallRequest;
  using Response = Plugin;
  static constexpr MethodInfo info{
      .name = "Install",
      .documentation =
          "Copies the library whose descriptor comes along with the message (SCM_RIGHTS, exactly one) into a folder of "
          "the daemon and remembers its digest, which must be the manifest's. A plugin of the same id is replaced and "
          "keeps its settings as far as they are still known.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .audit = audited_change("plugin.install"),
      .passes = Passes::descriptor};
};

struct Remove {
  using Request = IdRequest;
  using Response = Empty;
  static constexpr MethodInfo info{
      .name = "Remove",
      .documentation = "Removes a plugin that was installed, its library and its settings.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .audit = audited_change("plugin.remove", "id"),
      .cli = {"plugin remove", "strongroom plugin remove com.example.exporter.hello"}};
};

struct Enable {
  using Request = IdRequest;
  using Response = Empty;
  static constexpr MethodInfo info{
      .name = "Enable",
      .documentation = "Lets a plugin be used again, at once also when it had failed too often.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .audit = audited_change("plugin.enable", "id"),
      .cli = {"plugin enable", "strongroom plugin enable com.example.exporter.hello"}};
};

struct Disable {
  using Request = IdRequest;
  using Response = Empty;
  static constexpr MethodInfo info{.name = "Disable",
                                   .documentation = "Keeps a plugin from being used. What runs ends by itself.",
                                   .states = LockStates::unlocked,
                                   .effect = Effect::write,
                                   .audit = audited_change("plugin.disable", "id"),
                                   .cli = {"plugin disable", "strongroom plugin disable com.example.exporter.hello"}};
};

struct ConfigureRequest {
  std::string id;
  std::optional<std::map<std::string, std::string>> set;
  std::optional<std::vector<std::string>> unset;

  static constexpr auto fields() {
    using R = ConfigureRequest;
    return std::tuple{Field<&R::id>{"id", "Id of the plugin.", {.min = 3, .max = 127}, CliRole::positional},
                      Field<&R::set>{"set", "Settings and their new values.", {.min = 0, .max = 64}},
                      Field<&R::unset>{"unset", "Settings that go back to their defaults.", {.min = 0, .max = 64}}};
  }
};

struct Configure {
  using Request = ConfigureRequest;
  using Response = GetResponse;
  static constexpr MethodInfo info{.name = "Configure",
                                   .documentation =
                                       "Changes settings of a plugin, all of them or none: each must be one that its "
                                       "manifest states, with a value that it allows.",
                                   .states = LockStates::unlocked,
                                   .effect = Effect::write,
                                   .audit = audited_change("plugin.configure", "id")};
};

struct LogLine {
  std::int64_t time_ms = 0;
  std::string level;
  std::string text;
  static constexpr std::string_view type_name = "LogLine";

  static constexpr auto fields() {
    using R = LogLine;
    return std::tuple{Field<&R::time_ms>{"time_ms", "When, in milliseconds since 1970."},
                      Field<&R::level>{"level", "debug, info, warning or error."},
                      Field<&R::text>{"text", "What the plugin says."}};
  }
};

struct GetLogsResponse {
  std::vector<LogLine> lines;

  static constexpr auto fields() {
    return std::tuple{Field<&GetLogsResponse::lines>{"lines", "The last 200 since the daemon started, oldest first."}};
  }
};

struct GetLogs {
  using Request = IdRequest;
  using Response = GetLogsResponse;
  static constexpr MethodInfo info{.name = "GetLogs",
                                   .documentation = "Shows what a plugin has said lately.",
                                   .states = LockStates::unlocked,
                                   .audit = audited_use("plugin.get_logs", "id"),
                                   .cli = {"plugin logs", "strongroom plugin logs io.strongroom.exporter.csv"}};
};

inline constexpr std::string_view interface = "io.strongroom.Plugin";
inline constexpr std::string_view documentation = "Which plugins there are, and looking after them.";
using Methods = MethodList<List, Get, Install, Remove, Enable, Disable, Configure, GetLogs>;

// The interface of a method of this area, found by its type.
template <class M>
  requires in_list_v<M, Methods>
constexpr std::string_view interface_of(M) {
  return interface;
}

}  // namespace strongroom::protocol::plugin
