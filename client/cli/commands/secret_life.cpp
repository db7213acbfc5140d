// delete, undelete, destroy, purge, move, copy, rollback.
#include <memory>

#include <strongroom/protocol/methods/secret.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/shell_words.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace wire = protocol::secret;

namespace {

struct Options {
  std::string path;
  std::string to;
  std::vector<std::int64_t> versions;
  std::int64_t version = 0;
  std::int64_t check_version = -1;
  bool recursive = false;
  bool yes = false;
};

using Shared = std::shared_ptr<Options>;

// The word for a program, the sentence for a person.
int say(Session& session, const std::string& member, std::int64_t number, const std::string& sentence) {
  if (session.options().json)
    print("{\"" + member + "\":" + std::to_string(number) + "}\n");
  else if (!session.options().quiet)
    print(sentence + "\n");
  return 0;
}

std::string secrets(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " secret" : " secrets");
}

template <class M, class Say>
int call(Session& session, const typename M::Request& request, Say say_answer) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto answer = (*client)->template call<M>(request);
  if (!answer) return session.fail(answer.error());
  return say_answer(*answer);
}

int run_delete(Session& session, const Options& options) {
  return call<wire::Delete>(session, {.path = options.path}, [&](const wire::VersionResponse& answer) {
    return say(session, "version", answer.version,
               "Deleted version " + std::to_string(answer.version) + " of " + neutralised(options.path) +
                   ". Take it back: strongroom secret undelete " + shell_word(neutralised(options.path)));
  });
}

int run_undelete(Session& session, const Options& options) {
  return call<wire::Undelete>(session, {.path = options.path}, [&](const wire::VersionResponse& answer) {
    return say(
        session, "version", answer.version,
        "Version " + std::to_string(answer.version) + " of " + neutralised(options.path) + " can be read again.");
  });
}

int run_destroy(Session& session, const Options& options) {
  wire::DestroyRequest request{.path = options.path};
  if (!options.versions.empty()) request.versions = options.versions;
  const std::string what = options.versions.empty() ? "the current version" : "versions";
  if (auto agreed = confirm("Erase " + what + " of " + neutralised(options.path) + " for good?", options.yes); !agreed)
    return session.fail(agreed.error());
  return call<wire::Destroy>(session, request, [&](const wire::DestroyResponse& answer) {
    const auto count = static_cast<std::int64_t>(answer.versions.size());
    return say(session, "count", count,
               "Destroyed " + std::to_string(count) + (count == 1 ? " version" : " versions") + " of " +
                   neutralised(options.path) + ". Nothing takes that back.");
  });
}

int run_purge(Session& session, const Options& options) {
  wire::PurgeRequest request{.path = options.path};
  request.recursive = options.recursive;
  const std::string what = neutralised(options.path) + (options.recursive ? "/ and everything below it" : "");
  if (auto agreed = confirm("Erase " + what + " with its history for good?", options.yes); !agreed)
    return session.fail(agreed.error());
  return call<wire::Purge>(session, request, [&](const wire::CountResponse& answer) {
    return say(session, "count", answer.count, "Purged " + secrets(answer.count) + ". Nothing takes that back.");
  });
}

int run_move(Session& session, const Options& options) {
  wire::MoveRequest request{.from = options.path, .to = options.to};
  request.recursive = options.recursive;
  return call<wire::Move>(session, request, [&](const wire::CountResponse& answer) {
    return say(session, "count", answer.count,
               "Moved " + secrets(answer.count) + ". Take it back: strongroom secret move " +
                   (options.recursive ? "--recursive " : "") + shell_word(neutralised(options.to)) + " " +
                   shell_word(neutralised(options.path)));
  });
}

int run_copy(Session& session, const Options& options) {
  return call<wire::Copy>(session, {.from = options.path, .to = options.to}, [&](const wire::WrittenResponse& answer) {
    tell_notice(options.to, answer.notice);
    return say(session, "version", answer.version,
               "Copied " + neutralised(options.path) + " to " + neutralised(options.to) + ".");
  });
}

int run_rollback(Session& session, const Options& options) {
  wire::RollbackRequest request{.path = options.path, .version = options.version};
  if (options.check_version >= 0) request.check_version = options.check_version;
  return call<wire::Rollback>(session, request, [&](const wire::WrittenResponse& answer) {
    tell_notice(options.path, answer.notice);
    return say(session, "version", answer.version,
               "Version " + std::to_string(answer.version) + " of " + neutralised(options.path) +
                   " has the values of version " + std::to_string(options.version) + ".");
  });
}

std::function<int(Session&)> with(const Shared& options, int (*act)(Session&, const Options&)) {
  return [options, act](Session& session) { return act(session, *options); };
}

Shared with_path(CLI::App& app, const char* documentation = "Path of the secret.") {
  auto options = std::make_shared<Options>();
  app.add_option("path", options->path, documentation)->required();
  return options;
}

void add_yes(CLI::App& app, const Shared& options) {
  app.add_flag("-y,--yes", options->yes, "Do not ask.");
}

}  // namespace

std::function<int(Session&)> prepare_secret_delete(CLI::App& app) {
  return with(with_path(app), run_delete);
}

std::function<int(Session&)> prepare_secret_undelete(CLI::App& app) {
  return with(with_path(app), run_undelete);
}

std::function<int(Session&)> prepare_secret_destroy(CLI::App& app) {
  auto options = with_path(app);
  app.add_option("--version", options->versions, "Version to destroy; the current one by default. May be repeated.")
      ->check(CLI::PositiveNumber)
      ->allow_extra_args(false);
  add_yes(app, options);
  return with(options, run_destroy);
}

std::function<int(Session&)> prepare_secret_purge(CLI::App& app) {
  auto options = with_path(app, "Path of the secret, or of a folder.");
  app.add_flag("-r,--recursive", options->recursive, "Purge everything below this folder.");
  add_yes(app, options);
  return with(options, run_purge);
}

std::function<int(Session&)> prepare_secret_move(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("from", options->path, "Path of the secret, or of a folder.")->required();
  app.add_option("to", options->to, "Its new path. Nothing may be there.")->required();
  app.add_flag("-r,--recursive", options->recursive, "Move everything below this folder.");
  return with(options, run_move);
}

std::function<int(Session&)> prepare_secret_copy(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("from", options->path, "Path of the secret.")->required();
  app.add_option("to", options->to, "Path of the copy. Nothing may be there.")->required();
  return with(options, run_copy);
}

std::function<int(Session&)> prepare_secret_rollback(CLI::App& app) {
  auto options = with_path(app);
  app.add_option("version", options->version, "Version whose values become current again.")
      ->required()
      ->check(CLI::PositiveNumber);
  app.add_option("--check-version", options->check_version, "Only when this is the current version.")
      ->check(CLI::NonNegativeNumber);
  return with(options, run_rollback);
}

}  // namespace strongroom::cli
