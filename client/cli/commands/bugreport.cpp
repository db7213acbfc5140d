// bugreport: what helps whoever looks for a fault, as text that its sender can read.
#include <sys/utsname.h>

#include <cstdlib>
#include <fstream>
#include <memory>

#include <strongroom/base/masking.h>
#include <strongroom/base/wiped_memory.h>
#include <strongroom/protocol/codec.h>
#include <strongroom/protocol/methods/log.h>
#include <strongroom/protocol/methods/plugin.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/log_lines.h"
#include "client/cli/output.h"
#include "client/cli/private_output.h"
#include "client/cli/terminal.h"
#include "client/cli/version.h"

namespace strongroom::cli {

namespace service = protocol::service;
namespace plugin = protocol::plugin;

namespace {

struct Options {
  std::string output = "-";
  bool force = false;
};

constexpr std::string_view k_opening =
    "Strongroom bug report. Read it before you send it.\n"
    "\n"
    "It holds versions, the state of the daemon, its plugins and settings, and the last lines of its log. It holds no\n"
    "values, and no names of secrets: the daemon writes neither into its log. What looks like a secret is replaced\n"
    "by \"***\", your home folder by \"~\". Names of plugins, files and settings stay.\n";

std::string section(std::string_view title, const std::string& text) {
  return "\n== " + std::string(title) + " ==\n\n" + text + (text.ends_with('\n') ? "" : "\n");
}

// What is missing says why.
template <class T, class Show>
std::string shown(const Result<T>& got, const Show& show) {
  return got ? show(*got) : "not there: " + got.error().message;
}

std::string system_text() {
  utsname names{};
  std::string text = "unknown\n";
  if (uname(&names) == 0)
    text = std::string(names.sysname) + " " + names.release + " " + names.version + " " + names.machine + "\n";
  std::ifstream file("/etc/os-release");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("PRETTY_NAME=")) text += line.substr(std::string_view("PRETTY_NAME=").size()) + "\n";
  return text;
}

template <class T>
std::string described(const T& answer) {
  WipedString json(wiped_heap());
  protocol::JsonWriter writer(json);
  protocol::encode(answer, writer);
  protocol::JsonDocument document;
  if (!document.parse(json)) return {};
  return as_text(protocol::describe<T>(), document.root());
}

std::string plugins_text(const plugin::ListResponse& listed) {
  std::vector<std::vector<std::string>> rows{{"ID", "TYPE", "ABI", "ORIGIN", "ISOLATION", "STATE", "PROBLEM"}};
  for (const auto& one : listed.plugins)
    rows.push_back({one.id, one.type, one.abi, one.origin, one.isolation, one.state, one.problem.value_or("")});
  return as_table(rows);
}

std::string settings_text(const service::SettingsResponse& got) {
  std::string text;
  for (const auto& setting : got.settings) text += setting.key + " = " + setting.value + "\n";
  return text;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

std::string cleared(std::string text) {
  const char* const home = std::getenv("HOME");
  constexpr std::size_t k_shortest_home = 3;  // "/" would be everywhere
  if (home != nullptr && std::string_view(home).size() >= k_shortest_home) replace_all(text, home, "~");
  return mask_secrets(text);
}

std::string report_of(client::Client& client) {
  std::string text(k_opening);
  text += section("versions", "strongroom " + std::string(k_version) + "\n" +
                                  shown(client.call<service::GetInfo>({}), described<service::InfoResponse>));
  text += section("system", system_text());
  text += section("status", shown(client.call<service::GetStatus>({}), described<service::StatusResponse>));
  text += section("health", shown(client.call<service::GetHealth>({}), described<service::HealthResponse>));
  text += section("plugins", shown(client.call<plugin::List>({}), plugins_text));
  text += section("settings", shown(client.call<service::GetSettings>({}), settings_text));
  text += section("log", shown(client.call<protocol::log::GetLog>({}),
                               [](const protocol::log::GetLogResponse& got) { return log_lines(got.entries); }));
  return cleared(std::move(text));
}

int run_bugreport(Session& session, const Options& options) {
  const auto client = session.client();
  if (!client) return session.fail(client.error());
  const std::string text = report_of(**client);
  if (options.output == "-") {
    print(text);
  } else {
    const auto written = write_private_file(options.output, text, options.force ? Overwrite::yes : Overwrite::no);
    if (!written) return session.fail(written.error());
    session.note("Wrote " + neutralised(options.output) + ".");
  }
  session.note("Read it before you send it: nothing was sent.");
  return 0;
}

}  // namespace

std::function<int(Session&)> prepare_bugreport(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("-o,--output", options->output, "The file to make, or - for standard output. Default: -.");
  app.add_flag("--force", options->force, "Replaces a file that exists.");
  return [options](Session& session) { return run_bugreport(session, *options); };
}

}  // namespace strongroom::cli
