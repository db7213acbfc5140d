#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/run/delivery.h"
#include "client/cli/run/memory_folder.h"
#include "client/cli/run/relay.h"
#include "client/cli/run/sealed_file.h"
#include "client/cli/run/watcher.h"
#include "client/cli/terminal.h"

extern char** environ;

namespace strongroom::cli {

namespace {

constexpr const char* k_help =
    "Usage: strongroom run [OPTIONS] -- COMMAND [ARGUMENT]...\n\n"
    "References among the variables that strongroom itself was given (NAME=strongroom://...) are delivered too.\n"
    "In what the command prints, every delivered value of 6 bytes and more is replaced by ********: as it is, line by\n"
    "line, and as base64, hex, URL-escaped and JSON-escaped text. This protects against accidents only. It cannot "
    "hide\n"
    "a value from a command that changes it in another way (compresses, encrypts, reverses or spells it), and does "
    "not\n"
    "touch what the command writes to files or sends over the network.\n"
    "Exit code: the command's own, 128 + N when signal N ended it; 127 when it is not found, 126 when it cannot be\n"
    "started, 125 when strongroom fails before.\n\n"
    "Example: strongroom run --env OPENAI_API_KEY=strongroom://openai/key -- python3 ask.py\n";

struct Options {
  run::Sources sources;
  bool allow_disk = false;
  bool no_masking = false;
};

// What lives as long as the command. The watcher waits for the folder to be gone.
struct Delivered {
  std::optional<run::Watcher> watcher;
  std::optional<run::MemoryFolder> folder;
  std::vector<run::Descriptor> descriptors;
  run::Environment environment{environ};
};

int fail(Session& session, const Error& error) {
  (void)session.fail(error);
  return k_run_failed;
}

// Values meet a file only when everybody's place for it was found good, and the watcher starts without having seen one.
Status prepare_folder(Delivered& delivered, const run::Plan& plan, const Options& options) {
  if (!plan.has_files()) return {};
  STRONGROOM_ASSIGN(auto folder, run::MemoryFolder::make(options.allow_disk ? run::Disk::allowed : run::Disk::refused));
  delivered.folder.emplace(std::move(folder));
  STRONGROOM_ASSIGN(auto watcher, run::Watcher::start(delivered.folder->path()));
  delivered.watcher.emplace(std::move(watcher));
  return {};
}

Status deliver_one(Delivered& delivered, const run::Delivery& one) {
  std::string path;
  switch (one.way) {
    case run::Way::environment:
      return delivered.environment.set(one.name, one.value.reveal(RevealReason::deliver));
    case run::Way::file: {
      STRONGROOM_ASSIGN(path, delivered.folder->write(one.reference.path, one.value));
      break;
    }
    case run::Way::descriptor: {
      STRONGROOM_ASSIGN(const int descriptor, run::make_sealed_file(one.value));
      delivered.descriptors.emplace_back(descriptor);
      path = "/dev/fd/" + std::to_string(descriptor);
      break;
    }
  }
  return delivered.environment.set(one.name, as_bytes(path));
}

Status deliver(Delivered& delivered, const run::Plan& plan) {
  for (const auto& variable : plan.plain)
    STRONGROOM_CHECK(delivered.environment.set(variable.name, variable.value.reveal(RevealReason::deliver)));
  for (const auto& one : plan.deliveries) STRONGROOM_CHECK(deliver_one(delivered, one));
  return {};
}

std::shared_ptr<const MaskingPatterns> patterns_of(Session& session, const run::Plan& plan) {
  std::vector<BytesView> values;
  std::string short_ones;
  for (const auto& one : plan.deliveries) {
    if (one.value.size() >= k_shortest_masked)
      values.push_back(one.value.reveal(RevealReason::inspect));
    else if (!one.value.empty())
      short_ones += (short_ones.empty() ? "" : ", ") + neutralised(one.name);
  }
  if (!short_ones.empty())
    session.note("strongroom: shorter than " + std::to_string(k_shortest_masked) +
                 " bytes and not masked: " + short_ones);
  return MaskingPatterns::of(values);
}

int fail_to_start(const run::Command& command, int reason) {
  print_error("strongroom: " + neutralised(command.words.front()) +
              (reason == ENOENT ? ": not found\n" : std::string(": cannot be started: ") + strerror(reason) + "\n"));
  return run::exit_code_of_failed_start(reason);
}

int run_between(Session& session, const run::Command& command, Delivered& delivered,
                std::shared_ptr<const MaskingPatterns> patterns) {
  auto relay = run::Relay::make(std::move(patterns));
  if (!relay) return fail(session, relay.error());
  const run::Started started = (*relay)->start(command, delivered.environment);
  if (started.reason != 0) return fail_to_start(command, started.reason);
  delivered.environment.clear();
  delivered.descriptors.clear();
  const int code = (*relay)->run();
  if (!(*relay)->output_failed()) return code;
  print_error("strongroom: the output could not be written\n");
  return code != 0 ? code : k_run_failed;
}

Status fetch_values(Session& session, run::Plan& plan) {
  if (plan.deliveries.empty()) return {};
  STRONGROOM_ASSIGN(client::Client * client, session.client());
  STRONGROOM_CHECK(run::fetch(*client, plan));
  client->disconnect();
  return {};
}

// A descriptor that somebody closed would become one of ours and then the command's.
void ensure_standard_descriptors() {
  for (int number = 0; number <= STDERR_FILENO; ++number)
    if (fcntl(number, F_GETFD) < 0) (void)!open("/dev/null", number == STDIN_FILENO ? O_RDONLY : O_WRONLY);
}

int run_run(Session& session, const Options& options) {
  run::Command command{session.options().program, {}};
  if (command.words.empty())
    return fail(session, make_error(ErrorCode::invalid_argument, "there is no command behind --"));
  ensure_standard_descriptors();
  auto plan = run::plan_deliveries(options.sources, environ);
  if (!plan) return fail(session, plan.error());
  Delivered delivered;
  if (auto prepared = prepare_folder(delivered, *plan, options); !prepared) return fail(session, prepared.error());
  if (auto fetched = fetch_values(session, *plan); !fetched) return fail(session, fetched.error());
  if (auto done = deliver(delivered, *plan); !done) return fail(session, done.error());
  for (const auto& one : delivered.descriptors) command.inherited.push_back(one.get());
  if (options.no_masking && !delivered.folder)
    return fail_to_start(command, run::become(command, delivered.environment));
  auto patterns = options.no_masking ? nullptr : patterns_of(session, *plan);
  plan->deliveries.clear();
  plan->plain.clear();
  return run_between(session, command, delivered, std::move(patterns));
}

}  // namespace

std::function<int(Session&)> prepare_run(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto& sources = options->sources;
  app.add_option("--env", sources.environment,
                 "NAME=REFERENCE: the value becomes the variable NAME. May be repeated, as all of these.")
      ->allow_extra_args(false);
  app.add_option("--env-file", sources.environment_files,
                 "File of NAME=VALUE lines; values that are references are delivered, others passed on as they are.")
      ->allow_extra_args(false);
  app.add_option("--file", sources.files,
                 "NAME=REFERENCE: the value lies in a file in memory, gone when the command ends; NAME is its path.")
      ->allow_extra_args(false);
  app.add_option("--file-fd", sources.descriptors,
                 "NAME=REFERENCE: likewise without a place in any folder: NAME is the path of an inherited descriptor.")
      ->allow_extra_args(false);
  app.add_flag("--allow-disk", options->allow_disk, "Deliver files also where they lie on a disk.");
  app.add_flag("--no-masking", options->no_masking, "Leave the command's output alone.");
  app.footer(k_help);
  return [options](Session& session) { return run_run(session, *options); };
}

}  // namespace strongroom::cli
