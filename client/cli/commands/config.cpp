// config show, path, check: what the daemon is set to. The daemon's own executable answers, whether one runs or not.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include <CLI/CLI.hpp>

#include "client/cli/autostart.h"
#include "client/cli/command.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace {

int ask_daemon(Session& session, std::vector<std::string> words) {
  auto executable = daemon_executable();
  if (!executable) return session.fail(executable.error());
  words.insert(words.begin(), *executable);
  if (session.options().json) words.emplace_back("--json");
  if (session.of_machine()) words.emplace_back("--system");
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  return session.fail(make_error(ErrorCode::internal, *executable + " cannot be started: " + std::strerror(errno)));
}

std::function<int(Session&)> with_file(CLI::App& app, const char* word) {
  auto file = std::make_shared<std::string>();
  app.add_option("file", *file, "Configuration file. Default: the one that the daemon reads.");
  return [file, word](Session& session) {
    std::vector<std::string> words{word};
    if (!file->empty()) words.insert(words.end(), {"--config", *file});
    return ask_daemon(session, std::move(words));
  };
}

}  // namespace

std::function<int(Session&)> prepare_config_show(CLI::App& app) {
  return with_file(app, "--show-config");
}

std::function<int(Session&)> prepare_config_check(CLI::App& app) {
  return with_file(app, "--check-config");
}

std::function<int(Session&)> prepare_config_path(CLI::App&) {
  return [](Session& session) { return ask_daemon(session, {"--config-path"}); };
}

}  // namespace strongroom::cli
