// promote, clear.
#include <memory>

#include <strongroom/protocol/methods/secret.h>
#include <strongroom/protocol/methods/vault.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/print_json.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace wire = protocol::secret;

namespace {

std::string versions(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " version" : " versions");
}

void say_moved(const wire::PromoteResponse& done) {
  if (done.moved != 0) print("Moved " + versions(done.moved) + " to where the configuration places them.\n");
  if (done.lost != 0)
    print(versions(done.lost) + " had been kept in memory only and cannot be read any more; set the secrets again.\n");
  if (done.waiting != 0)
    print(versions(done.waiting) + (done.waiting == 1 ? " still lies" : " still lie") + " elsewhere.\n");
  if (done.moved == 0 && done.lost == 0 && done.waiting == 0)
    print("Every value lies where the configuration places it.\n");
}

int run_promote(Session& session, const std::string& prefix) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  wire::PromoteRequest request;
  if (!prefix.empty()) request.prefix = prefix;
  const auto done = (*client)->call<wire::Promote>(request);
  if (!done) return session.fail(done.error());
  if (session.options().json)
    print_json(*done);
  else if (!session.options().quiet)
    say_moved(*done);
  if (!done->problem) return 0;
  return session.fail(make_error(ErrorCode::unreachable, *done->problem));
}

struct ClearOptions {
  bool memory = false;
  bool yes = false;
};

int run_clear(Session& session, const ClearOptions& options) {
  if (!options.memory)
    return session.fail(make_error(ErrorCode::invalid_argument,
                                   "say what is to be cleared: --memory; 'strongroom secret purge' erases what is "
                                   "stored"));
  if (auto agreed = confirm("Wipe every value that is kept in memory only, and lock the store?", options.yes); !agreed)
    return session.fail(agreed.error());
  auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto done = (*client)->call<wire::ForgetSession>({});
  if (!done) return session.fail(done.error());
  const auto locked = (*client)->call<protocol::vault::Lock>({});
  if (!locked && locked.error().code != ErrorCode::locked) return session.fail(locked.error());
  const std::int64_t lost = done->lost;
  if (session.options().json)
    print("{\"lost\":" + std::to_string(lost) + "}\n");
  else if (!session.options().quiet)
    print("The store is locked, and no key and no value is in the daemon's memory" +
          (lost == 0 ? std::string() : "; what lay there alone is gone (" + versions(lost) + ")") +
          ". Open it again: strongroom unlock\n");
  return 0;
}

}  // namespace

void tell_notice(const std::string& path, const std::optional<std::string>& notice) {
  if (notice) print_error("strongroom: note: " + neutralised(path) + " " + neutralised(*notice) + "\n");
}

std::function<int(Session&)> prepare_secret_promote(CLI::App& app) {
  auto prefix = std::make_shared<std::string>();
  app.add_option("prefix", *prefix, "Folder or secret; everything by default.");
  return [prefix](Session& session) { return run_promote(session, *prefix); };
}

std::function<int(Session&)> prepare_secret_clear(CLI::App& app) {
  auto options = std::make_shared<ClearOptions>();
  app.add_flag("--memory", options->memory, "Wipe keys and values from the daemon's memory; the store is locked then.");
  app.add_flag("-y,--yes", options->yes, "Do not ask.");
  return [options](Session& session) { return run_clear(session, *options); };
}

}  // namespace strongroom::cli
