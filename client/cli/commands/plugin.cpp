// plugin list, info, install, check and config.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include <strongroom/protocol/methods/plugin.h>
#include <CLI/CLI.hpp>

#include "client/cli/autostart.h"
#include "client/cli/command.h"
#include "client/cli/output.h"
#include "client/cli/print_json.h"

namespace strongroom::cli {

namespace wire = protocol::plugin;

namespace {

int run_list(Session& session) {
  const auto client = session.client();
  const auto listed = client ? (*client)->call<wire::List>({}) : Result<wire::ListResponse>(client.error());
  if (!listed) return session.fail(listed.error());
  if (session.options().json) {
    print_json(*listed);
    return 0;
  }
  std::vector<std::vector<std::string>> rows{{"ID", "TYPE", "FORMAT", "ISOLATION", "STATE", "PROBLEM"}};
  for (const auto& plugin : listed->plugins)
    rows.push_back({plugin.id, plugin.type, plugin.format.value_or(""), plugin.isolation, plugin.state,
                    plugin.problem.value_or("")});
  print(as_table(rows));
  return 0;
}

void print_info(const wire::GetResponse& info) {
  const auto& plugin = info.plugin;
  std::string rights;
  for (const auto& right : plugin.rights) rights += (rights.empty() ? "" : ", ") + right;
  std::vector<std::vector<std::string>> rows{{"", ""},
                                             {"id", plugin.id},
                                             {"type", plugin.type},
                                             {"interface", plugin.abi},
                                             {"origin", plugin.origin},
                                             {"isolation", plugin.isolation},
                                             {"rights", rights.empty() ? "none" : rights},
                                             {"state", plugin.state},
                                             {"sha256", plugin.sha256}};
  if (plugin.format) rows.push_back({"format", *plugin.format});
  if (plugin.problem) rows.push_back({"problem", *plugin.problem});
  if (info.last_run)
    rows.push_back({"last run", std::to_string(info.last_run->cpu_ms) + " ms of processor, " +
                                    std::to_string(info.last_run->peak_bytes >> 20) + " MiB of memory"});
  for (std::size_t i = 1; i < rows.size(); ++i) print(neutralised(rows[i][0] + ": " + rows[i][1]) + "\n");
  if (info.settings.empty()) return;
  std::vector<std::vector<std::string>> settings{{"SETTING", "VALUE", "FROM", "WHAT IT IS FOR"}};
  for (const auto& setting : info.settings)
    settings.push_back({setting.name, setting.value, setting.source, setting.documentation});
  print("\n" + as_table(settings));
}

int show(Session& session, const Result<wire::GetResponse>& info) {
  if (!info) return session.fail(info.error());
  if (session.options().json)
    print_json(*info);
  else
    print_info(*info);
  return 0;
}

Result<std::string> read_manifest(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return make_error(ErrorCode::not_found, "'" + path + "' cannot be read: " + std::strerror(errno));
  std::string text{std::istreambuf_iterator<char>(file), {}};
  constexpr std::size_t k_most = 65536;
  if (text.size() > k_most) return make_error(ErrorCode::too_large, "'" + path + "' is no manifest: it is too long");
  return text;
}

// "tape.so" and, beside it, "tape.json".
std::string manifest_beside(const std::string& library) {
  const auto dot = library.rfind('.');
  const auto slash = library.rfind('/');
  const bool has_extension = dot != std::string::npos && (slash == std::string::npos || dot > slash);
  return library.substr(0, has_extension ? dot : library.size()) + ".json";
}

struct InstallOptions {
  std::string library;
  std::string manifest;
};

Result<wire::Plugin> install(Session& session, const InstallOptions& options) {
  STRONGROOM_ASSIGN(std::string manifest,
                    read_manifest(options.manifest.empty() ? manifest_beside(options.library) : options.manifest));
  const int library = ::open(options.library.c_str(), O_RDONLY | O_CLOEXEC);
  if (library < 0)
    return make_error(ErrorCode::not_found, "'" + options.library + "' cannot be read: " + std::strerror(errno));
  auto client = session.client();
  auto installed = client ? (*client)->call_passing<wire::Install>(library, {.manifest = std::move(manifest)})
                          : Result<wire::Plugin>(client.error());
  close(library);
  return installed;
}

int run_install(Session& session, const InstallOptions& options) {
  const auto installed = install(session, options);
  if (!installed) return session.fail(installed.error());
  if (session.options().json)
    print_json(*installed);
  else if (!session.options().quiet)
    print("Installed " + neutralised(installed->id) + ", SHA-256 " + installed->sha256 + ".\n" +
          (installed->isolation == "not isolated"
               ? "This system cannot confine it: it runs as you do, in a process of its own.\n"
               : "It runs in a process of its own that can do nothing but its work.\n"));
  return 0;
}

struct CheckOptions {
  std::string library;
  std::string manifest;
  std::vector<std::string> only;
};

// strongroom-plugin-check takes the place of this process: what it says and how it ends is the answer.
int run_check(Session& session, const CheckOptions& options) {
  const auto tool = trusted_beside("strongroom-plugin-check");
  if (!tool) return session.fail(tool.error());
  const std::string manifest = options.manifest.empty() ? manifest_beside(options.library) : options.manifest;
  std::vector<std::string> words{*tool};
  if (session.options().json) words.emplace_back("--json");
  words.insert(words.end(), {options.library, manifest});
  words.insert(words.end(), options.only.begin(), options.only.end());
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execv(tool->c_str(), arguments.data());
  return session.fail(
      make_error(ErrorCode::plugin_unavailable, "'" + *tool + "' cannot be started: " + std::strerror(errno)));
}

struct ConfigOptions {
  std::string id;
  std::vector<std::string> set;
  std::vector<std::string> unset;
};

Result<wire::GetResponse> configure(Session& session, const ConfigOptions& options) {
  STRONGROOM_ASSIGN(auto* const client, session.client());
  if (options.set.empty() && options.unset.empty()) return client->call<wire::Get>({.id = options.id});
  wire::ConfigureRequest request{.id = options.id, .set = {}, .unset = {}};
  for (const auto& word : options.set) {
    const auto equals = word.find('=');
    if (equals == 0 || equals == std::string::npos)
      return make_error(ErrorCode::invalid_argument, "'" + word + "' must be NAME=VALUE");
    if (!request.set) request.set.emplace();
    request.set->insert_or_assign(word.substr(0, equals), word.substr(equals + 1));
  }
  if (!options.unset.empty()) request.unset = options.unset;
  return client->call<wire::Configure>(request);
}

}  // namespace

std::function<int(Session&)> prepare_plugin_list(CLI::App&) {
  return [](Session& session) { return run_list(session); };
}

std::function<int(Session&)> prepare_plugin_info(CLI::App& app) {
  const auto id = std::make_shared<std::string>();
  app.add_option("id", *id, "Id of the plugin.")->required();
  return [id](Session& session) {
    auto client = session.client();
    return show(session, client ? (*client)->call<wire::Get>({.id = *id}) : Result<wire::GetResponse>(client.error()));
  };
}

std::function<int(Session&)> prepare_plugin_install(CLI::App& app) {
  const auto options = std::make_shared<InstallOptions>();
  app.add_option("library", options->library, "The plugin's library.")->required();
  app.add_option("--manifest", options->manifest, "Its manifest. Default: the same name with .json.");
  return [options](Session& session) { return run_install(session, *options); };
}

std::function<int(Session&)> prepare_plugin_check(CLI::App& app) {
  const auto options = std::make_shared<CheckOptions>();
  app.add_option("library", options->library, "The plugin's library.")->required();
  app.add_option("--manifest", options->manifest, "Its manifest. Default: the same name with .json.");
  app.add_option("--only", options->only, "Only this check, by the name that the report shows; several times.")
      ->expected(1);
  return [options](Session& session) { return run_check(session, *options); };
}

std::function<int(Session&)> prepare_plugin_config(CLI::App& app) {
  const auto options = std::make_shared<ConfigOptions>();
  app.add_option("id", options->id, "Id of the plugin.")->required();
  app.add_option("set", options->set, "NAME=VALUE, several times; without any, the settings are shown.");
  app.add_option("--unset", options->unset, "A setting that goes back to its default; several times.");
  return [options](Session& session) { return show(session, configure(session, *options)); };
}

}  // namespace strongroom::cli
