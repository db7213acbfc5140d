// secret watch: changes, as they happen.
#include <memory>

#include <strongroom/protocol/methods/secret.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/print_json.h"

namespace strongroom::cli {

namespace {

namespace secret = protocol::secret;

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
      print_json(change);
    else if (change.change == secret::ChangeKind::started)
      session.note("Following changes. Ctrl-C ends it.");
    else
      print(line_of(change));
    return !output_failed();
  });
  return ended ? 0 : session.fail(ended.error());
}

}  // namespace

std::function<int(Session&)> prepare_secret_watch(CLI::App& app) {
  auto prefix = std::make_shared<std::string>();
  app.add_option("prefix", *prefix, "Folder or secret to follow; everything by default.");
  return [prefix](Session& session) { return watch_secrets(session, *prefix); };
}

}  // namespace strongroom::cli
