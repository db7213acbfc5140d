// label, metadata, expire, policy: what is known about a secret beside its values.
#include <memory>

#include <strongroom/protocol/methods/secret.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/duration.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace wire = protocol::secret;

namespace {

struct Options {
  std::string path;
  std::vector<std::string> add;
  std::vector<std::string> remove;
  std::vector<std::string> set;
  std::string in;
  bool never = false;
  std::int64_t versions_kept = 0;
  std::string check_required;
};

Error nothing_to_do(const char* options) {
  return make_error(ErrorCode::invalid_argument, std::string("say what to change: ") + options);
}

int send(Session& session, const wire::UpdateRequest& request) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto done = (*client)->call<wire::Update>(request);
  if (!done) return session.fail(done.error());
  if (session.options().json) print("{}\n");
  return 0;
}

int run_label(Session& session, const Options& options) {
  if (options.add.empty() && options.remove.empty()) return session.fail(nothing_to_do("--add or --remove"));
  wire::UpdateRequest request{.path = options.path};
  if (!options.add.empty()) request.add_labels = options.add;
  if (!options.remove.empty()) request.remove_labels = options.remove;
  return send(session, request);
}

int run_metadata(Session& session, const Options& options) {
  if (options.set.empty() && options.remove.empty()) return session.fail(nothing_to_do("--set or --remove"));
  wire::UpdateRequest request{.path = options.path};
  for (const auto& pair : options.set) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0)
      return session.fail(make_error(ErrorCode::invalid_argument, "must be NAME=TEXT", "--set"));
    if (!request.set_metadata) request.set_metadata.emplace();
    request.set_metadata->insert_or_assign(pair.substr(0, equals), pair.substr(equals + 1));
  }
  if (!options.remove.empty()) request.remove_metadata = options.remove;
  return send(session, request);
}

int run_expire(Session& session, const Options& options) {
  if (options.never == !options.in.empty()) return session.fail(nothing_to_do("--in TIME or --never"));
  wire::UpdateRequest request{.path = options.path};
  request.expires_ms = 0;
  if (!options.never) {
    const auto span = parse_duration(options.in);
    if (!span) return session.fail(span.error());
    request.expires_ms = now_ms() + *span;
  }
  return send(session, request);
}

int run_policy(Session& session, const Options& options) {
  if (options.versions_kept == 0 && options.check_required.empty())
    return session.fail(nothing_to_do("--versions-kept or --check-required"));
  wire::UpdateRequest request{.path = options.path};
  if (options.versions_kept != 0) request.versions_kept = options.versions_kept;
  if (!options.check_required.empty()) request.check_required = options.check_required == "true";
  return send(session, request);
}

std::shared_ptr<Options> with_path(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("path", options->path, "Path of the secret.")->required();
  return options;
}

}  // namespace

std::function<int(Session&)> prepare_secret_label(CLI::App& app) {
  auto options = with_path(app);
  app.add_option("--add", options->add, "Label to add. May be repeated.")->allow_extra_args(false);
  app.add_option("--remove", options->remove, "Label to take away. May be repeated.")->allow_extra_args(false);
  return [options](Session& session) { return run_label(session, *options); };
}

std::function<int(Session&)> prepare_secret_metadata(CLI::App& app) {
  auto options = with_path(app);
  app.add_option("--set", options->set, "NAME=TEXT to keep beside the secret; not for secret values. May be repeated.")
      ->allow_extra_args(false);
  app.add_option("--remove", options->remove, "Name to take away. May be repeated.")->allow_extra_args(false);
  return [options](Session& session) { return run_metadata(session, *options); };
}

std::function<int(Session&)> prepare_secret_expire(CLI::App& app) {
  auto options = with_path(app);
  app.add_option("--in", options->in, "Time from now after which the current version is not read any more, like 30d.");
  app.add_flag("--never", options->never, "Take the expiry away.");
  return [options](Session& session) { return run_expire(session, *options); };
}

std::function<int(Session&)> prepare_secret_policy(CLI::App& app) {
  auto options = with_path(app);
  app.add_option("--versions-kept", options->versions_kept, "How many versions are kept from the next write on.")
      ->check(CLI::Range(1, 1000));
  app.add_option("--check-required", options->check_required,
                 "true: a write has to say which version it replaces (--check-version).")
      ->check(CLI::IsMember({"true", "false"}));
  return [options](Session& session) { return run_policy(session, *options); };
}

}  // namespace strongroom::cli
