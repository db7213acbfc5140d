// status --watch and secret watch: what happens, as it happens.
#include <algorithm>
#include <memory>
#include <sstream>

#include <strongroom/protocol/methods/secret.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/duration.h"
#include "client/cli/output.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace {

namespace service = protocol::service;
namespace secret = protocol::secret;

template <class T>
void print_json_line(const T& value) {
  WipedString text(wiped_heap());
  protocol::JsonWriter writer(text);
  protocol::encode(value, writer);
  text.push_back('\n');
  print(text);
}

std::vector<std::string> lines_of(const service::StatusResponse& status) {
  WipedString json(wiped_heap());
  protocol::JsonWriter writer(json);
  protocol::encode(status, writer);
  protocol::JsonDocument document(wiped_heap());
  if (!document.parse(json)) return {};
  std::istringstream text(as_text(protocol::describe<service::StatusResponse>(), document.root()));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(std::move(line));
  return lines;
}

// What differs from one moment to the next without meaning anything.
bool always_changes(std::string_view line) {
  return line.starts_with("uptime") || line.starts_with("connections") || line.starts_with("stored bytes");
}

int watch_status(Session& session) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  std::vector<std::string> before;
  const Status ended = (*client)->call_streaming<service::WatchStatus>({}, [&](const service::StatusResponse& status) {
    if (session.options().json) return print_json_line(status), !output_failed();
    auto now = lines_of(status);
    for (const auto& line : now) {
      if (before.empty()) print(line + "\n");
      if (before.empty() || always_changes(line) || line.ends_with(":") ||
          std::ranges::find(before, line) != before.end())
        continue;
      print(local_time(now_ms()) + "  " + line + "\n");
    }
    for (const auto& line : before)
      if (line.starts_with("  ") && std::ranges::find(now, line) == now.end())
        print(local_time(now_ms()) + "  no longer:" + line.substr(1) + "\n");
    before = std::move(now);
    return !output_failed();
  });
  return ended ? 0 : session.fail(ended.error());
}

std::string line_of(const secret::Change& change) {
  const auto& names = protocol::EnumNames<secret::ChangeKind>::names;
  std::string line = local_time(change.time_ms) + "  " + std::string(names[static_cast<std::size_t>(change.change)]);
  if (change.path) line += "  " + neutralised(*change.path);
  if (change.to) line += " -> " + neutralised(*change.to);
  if (change.version) line += "  version " + std::to_string(*change.version);
  return line + "\n";
}

int watch_secrets(Session& session, const std::string& prefix) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  secret::WatchRequest request;
  if (!prefix.empty()) request.prefix = prefix;
  const Status ended = (*client)->call_streaming<secret::Watch>(request, [&](const secret::Change& change) {
    if (session.options().json)
      print_json_line(change);
    else if (change.change == secret::ChangeKind::started)
      session.note("Following changes. Ctrl-C ends it.");
    else
      print(line_of(change));
    return !output_failed();
  });
  return ended ? 0 : session.fail(ended.error());
}

}  // namespace

std::function<int(Session&)> prepare_status(CLI::App& app) {
  auto watch = std::make_shared<bool>(false);
  const auto once = prepare_generic(app, "io.strongroom.Service.GetStatus");
  app.add_flag("-w,--watch", *watch, "Go on and print what changes. With --json: one document a line.");
  return [watch, once](Session& session) { return *watch ? watch_status(session) : once(session); };
}

std::function<int(Session&)> prepare_secret_watch(CLI::App& app) {
  auto prefix = std::make_shared<std::string>();
  app.add_option("prefix", *prefix, "Folder or secret to follow; everything by default.");
  return [prefix](Session& session) { return watch_secrets(session, *prefix); };
}

}  // namespace strongroom::cli
