#include "daemon/app/configuration.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include <strongroom/base/edit_distance.h>
#include <strongroom/protocol/json.h>

#include "daemon/plugin_host/trust.h"

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "daemon/secrets/placement.h"

namespace strongroom::app {

namespace {

constexpr std::uintmax_t k_largest_file = 1024 * 1024;
constexpr std::string_view k_system_folder = "/var/lib/strongroom";
constexpr std::string_view k_system_file = "/etc/strongroom/config.toml";
constexpr std::string_view k_system_socket = "/run/strongroom/io.strongroom";
constexpr std::array<std::string_view, 2> k_variables_of_clients = {"STRONGROOM_AUTOSTART", "STRONGROOM_REASON"};

Error at(Error error, std::string place) {
  error.subject = std::move(place);
  return error;
}

Error refuse(std::string message, std::string place) {
  return make_error(ErrorCode::configuration, std::move(message), std::move(place));
}

std::string_view variable_of(const char* const* environment, std::string_view name) {
  for (; environment && *environment; ++environment) {
    const std::string_view entry = *environment;
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
      return entry.substr(name.size() + 1);
  }
  return {};
}

std::filesystem::path folder_of(const char* const* environment, std::string_view variable,
                                std::string_view below_home) {
  if (const auto base = variable_of(environment, variable); !base.empty() && base.front() == '/')
    return std::filesystem::path(base) / "strongroom";
  if (const auto home = variable_of(environment, "HOME"); !home.empty() && home.front() == '/')
    return std::filesystem::path(home) / below_home / "strongroom";
  return {};
}

std::string place_of(const std::filesystem::path& file, const toml::source_region& source) {
  return file.string() + ":" + std::to_string(source.begin.line);
}

Result<std::string> text_of(const toml::node& node, const std::string& key, const std::string& place) {
  if (const auto* text = node.as_string()) return std::string(text->get());
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return std::string(flag->get() ? "true" : "false");
  return refuse("'" + key + "' must be a string, a whole number, true or false", place);
}

Status apply_table(const toml::table& section, std::string_view name, const std::filesystem::path& file,
                   Invocation& out) {
  for (const auto& [key, node] : section) {
    const std::string full = std::string(name) + "." + std::string(key.str());
    const std::string place = place_of(file, key.source());
    const auto setting = std::ranges::find(settings(), std::string_view(full), &Setting::key);
    if (setting == settings().end()) return refuse("there is no setting '" + full + "'", place);
    STRONGROOM_ASSIGN(const std::string value, text_of(node, full, place));
    if (auto status = setting->set(out.configuration, value); !status)
      return at(make_error(ErrorCode::configuration, "'" + full + "' " + status.error().message), place);
    out.sources[setting->key] = place;
  }
  return {};
}

Status apply_file(const std::filesystem::path& file, Invocation& out) {
  std::error_code error;
  if (std::filesystem::file_size(file, error) > k_largest_file && !error)
    return refuse("the configuration file is larger than 1 MiB", file.string());
  if (!std::filesystem::is_regular_file(file, error))
    return refuse("the configuration file cannot be read", file.string());
  const toml::parse_result parsed = toml::parse_file(file.string());
  if (!parsed) {
    const auto& problem = parsed.error();
    return refuse(std::string(problem.description()), place_of(file, problem.source()));
  }
  for (const auto& [name, node] : parsed.table()) {
    const auto* section = node.as_table();
    if (!section)
      return refuse("'" + std::string(name.str()) + "' stands outside a section", place_of(file, name.source()));
    const std::string prefix = std::string(name.str()) + ".";
    if (!std::ranges::any_of(settings(), [&](const Setting& s) { return s.key.starts_with(prefix); }))
      return refuse("there is no section '" + std::string(name.str()) + "'", place_of(file, name.source()));
    STRONGROOM_CHECK(apply_table(*section, name.str(), file, out));
  }
  return {};
}

// Who could write the configuration of the machine could have its secrets sent elsewhere.
Status check_written_by_us(const std::filesystem::path& file) {
  STRONGROOM_CHECK(plugin_host::open_trusted(file, {geteuid(), std::nullopt}));
  return {};
}

Status apply_environment(const char* const* environment, Invocation& out) {
  for (const auto& setting : settings()) {
    const auto value = variable_of(environment, setting.variable);
    if (value.empty()) continue;
    if (auto status = setting.set(out.configuration, value); !status)
      return at(std::move(status).error(), std::string(setting.variable));
    out.sources[setting.key] = setting.variable;
  }
  return {};
}

struct Flags {
  Command command = Command::serve;
  Scope scope = Scope::user;
  RestoreOptions restore;
  bool json = false;
  std::optional<std::filesystem::path> file;
  std::vector<std::pair<const Setting*, std::string>> values;
};

Status read_flag(const std::vector<std::string>& arguments, std::size_t& i, Flags& out) {
  const std::string& argument = arguments[i];
  if (argument == "--help" || argument == "-h") return out.command = Command::help, Status();
  if (argument == "--version") return out.command = Command::version, Status();
  if (argument == "--self-test") return out.command = Command::self_test, Status();
  if (argument == "--check-config") return out.command = Command::check_config, Status();
  if (argument == "--show-config") return out.command = Command::show_config, Status();
  if (argument == "--config-path") return out.command = Command::config_path, Status();
  if (argument == "--system") return out.scope = Scope::system, Status();
  if (argument == "--replace") return out.restore.replace = true, Status();
  if (argument == "--json") return out.json = true, Status();
  const auto equals = argument.find('=');
  const std::string name = argument.substr(0, equals);
  const auto setting = std::ranges::find(settings(), std::string_view(name), &Setting::flag);
  const bool of_restore = name == "--restore" || name == "--identity" || name == "--signer";
  if (name != "--config" && !of_restore && setting == settings().end())
    return refuse("there is no such flag; 'strongroomd --help' lists them", argument);
  if (equals == std::string::npos && i + 1 == arguments.size()) return refuse("the flag needs a value", argument);
  std::string value = equals == std::string::npos ? arguments[++i] : argument.substr(equals + 1);
  if (name == "--restore") {
    out.command = Command::restore;
    out.restore.file = std::move(value);
  } else if (name == "--identity")
    out.restore.identity = std::move(value);
  else if (name == "--signer")
    out.restore.signer = std::move(value);
  else if (name == "--config")
    out.file = std::move(value);
  else
    out.values.emplace_back(&*setting, std::move(value));
  return {};
}

Configuration defaults(Scope scope, const char* const* environment) {
  Configuration made;
  made.scope = scope;
  if (scope == Scope::system) {
    // Two folders: the key file does not lie in the one that is copied.
    made.data = std::filesystem::path(k_system_folder) / "data";
    made.state = std::filesystem::path(k_system_folder) / "state";
    made.socket = k_system_socket;
    return made;
  }
  made.data = folder_of(environment, "XDG_DATA_HOME", ".local/share");
  made.state = folder_of(environment, "XDG_STATE_HOME", ".local/state");
  return made;
}

Status complete(const char* const* environment, Configuration& out) {
  if (out.data.empty() || out.state.empty())
    return refuse("neither HOME nor XDG_DATA_HOME and XDG_STATE_HOME say where the store shall be", "environment");
  if (!out.socket.empty()) return {};
  const auto runtime = variable_of(environment, "XDG_RUNTIME_DIR");
  out.socket = !runtime.empty() && runtime.front() == '/'
                   ? std::filesystem::path(runtime) / "strongroom" / "io.strongroom"
                   : out.state / "run" / "io.strongroom";
  return {};
}

Status check_plain_text_is_allowed(const Configuration& configuration) {
  const auto rules = secrets::Placements::parse(configuration.placement);
  if (configuration.development || !rules || !rules->uses(secrets::Tier::plain_text)) return {};
  return make_error(ErrorCode::configuration,
                    "places a folder as plain-dev, which exists in development mode alone (daemon.mode)",
                    "secrets.placement");
}

}  // namespace

Result<Invocation> configure(const std::vector<std::string>& arguments, const char* const* environment) {
  Flags flags;
  for (std::size_t i = 0; i < arguments.size(); ++i) STRONGROOM_CHECK(read_flag(arguments, i, flags));
  Invocation invocation{
      .command = flags.command, .configuration = defaults(flags.scope, environment), .file = flags.file};
  invocation.json = flags.json;
  invocation.restore = flags.restore;
  if (flags.command == Command::help || flags.command == Command::version) return invocation;
  std::error_code unknown;
  const bool system = flags.scope == Scope::system;
  invocation.usual_file = system ? std::filesystem::path(k_system_file)
                                 : folder_of(environment, "XDG_CONFIG_HOME", ".config") / "config.toml";
  if (!invocation.file && std::filesystem::exists(invocation.usual_file, unknown))
    invocation.file = invocation.usual_file;
  if (flags.command == Command::config_path) return invocation;
  // It may say where backups go and who opens them: defaults in its place would be wrong without a word.
  if (unknown)
    return refuse("whether there is a configuration file cannot be told: " + unknown.message() +
                      "; the user who runs the daemon must be able to reach it",
                  invocation.usual_file.string());
  if (invocation.file && system) STRONGROOM_CHECK(check_written_by_us(*invocation.file));
  if (invocation.file) STRONGROOM_CHECK(apply_file(*invocation.file, invocation));
  STRONGROOM_CHECK(apply_environment(environment, invocation));
  for (const auto& [setting, value] : flags.values) {
    if (auto status = setting->set(invocation.configuration, value); !status)
      return at(std::move(status).error(), std::string(setting->flag));
    invocation.sources[setting->key] = setting->flag;
  }
  STRONGROOM_CHECK(complete(environment, invocation.configuration));
  STRONGROOM_CHECK(check_plain_text_is_allowed(invocation.configuration));
  return invocation;
}

std::string shown_configuration(const Invocation& invocation) {
  WipedString json(wiped_heap());
  protocol::JsonWriter writer(json);
  std::string out;
  writer.begin_array();
  for (const auto& setting : settings()) {
    const auto found = invocation.sources.find(setting.key);
    const std::string source = found == invocation.sources.end() ? "default" : found->second;
    const std::string value = setting.text(invocation.configuration);
    writer.begin_object().key("key").string(setting.key).key("value").string(value).key("source").string(source);
    writer.key("reloadable").boolean(setting.takes == Takes::reload).end_object();
    std::string line = std::string(setting.key) + " = " + value;
    line.resize(std::max<std::size_t>(line.size(), 48), ' ');
    out += line + "  # " + source + "\n";
  }
  writer.end_array();
  return invocation.json ? std::string(json) + "\n" : out;
}

std::vector<std::string> unknown_variables(const char* const* environment) {
  std::vector<std::string_view> known(k_variables_of_clients.begin(), k_variables_of_clients.end());
  for (const auto& setting : settings()) known.push_back(setting.variable);
  std::vector<std::string> sentences;
  for (; environment && *environment; ++environment) {
    const std::string_view entry = *environment;
    const std::string_view name = entry.substr(0, entry.find('='));
    if (!name.starts_with("STRONGROOM_") || std::ranges::find(known, name) != known.end()) continue;
    const auto nearest =
        std::ranges::min_element(known, {}, [&](std::string_view k) { return edit_distance(name, k); });
    sentences.push_back("the environment variable " + std::string(name.substr(0, 64)) + " is not known; did you mean " +
                        std::string(*nearest) + "?");
  }
  return sentences;
}

std::string help_text() {
  std::string out =
      "strongroomd keeps the secrets of one user, or of the machine, and serves them on a local socket.\n\n"
      "Usage: strongroomd [flags]\n\n"
      "  --system                Serve the machine: folders in /var/lib/strongroom, the file "
      "/etc/strongroom/config.toml,\n"
      "                          the socket in /run/strongroom; root is served besides the user who runs it.\n"
      "  --check-config          Check the configuration and say where it is wrong.\n"
      "  --config FILE           Read this file instead of strongroom/config.toml in $XDG_CONFIG_HOME.\n"
      "  --show-config           Print every setting and where it comes from; with --json as JSON.\n"
      "  --config-path           Print the path of the configuration file, whether it exists or not.\n"
      "  --self-test             Check cryptography, memory locking and storage, and say what failed.\n"
      "  --restore FILE          Make the store of a backup; 'strongroom backup restore' is the friendlier way. With\n"
      "                          --identity FILE (else a passphrase in the standard input), --signer KEY and "
      "--replace.\n"
      "  --version               Print the version.\n"
      "  --help                  Print this text.\n\n"
      "Settings. Later wins: default, [section] key in the file, environment, flag. SIGHUP reads them anew; those "
      "that\n"
      "say so take effect at once, the others at the next start.\n";
  for (const auto& setting : settings()) {
    out.append("\n  ").append(setting.flag).append(" ").append(setting.placeholder).append("\n");
    out.append("      ").append(setting.documentation).append("\n");
    out.append("      file: ").append(setting.key).append("   environment: ").append(setting.variable);
    out.append(setting.takes == Takes::reload ? "   changes: on SIGHUP\n" : "\n");
  }
  return out;
}

}  // namespace strongroom::app
