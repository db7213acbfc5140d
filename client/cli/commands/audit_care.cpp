// audit archive, witness add, redact, and vault accept-rollback: looking after the log.
#include <memory>

#include <strongroom/protocol/methods/audit.h>
#include <strongroom/protocol/methods/vault.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/duration.h"
#include "client/cli/evidence_file.h"
#include "client/cli/print_json.h"

namespace strongroom::cli {

namespace wire = protocol::audit;

namespace {

struct Options {
  std::string before;
  std::string place;
  std::string key;
  std::int64_t sequence = 0;
  bool yes = false;
};

// Calls M; says it in words, or its answer with --json.
template <class M, class Words>
int call(Session& session, const typename M::Request& request, const Words& words) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto answer = (*client)->call<M>(request);
  if (!answer) return session.fail(answer.error());
  if (session.options().json)
    print_json(*answer);
  else if (!session.options().quiet)
    print(words(*answer) + "\n");
  return 0;
}

int run_archive(Session& session, const Options& options) {
  const auto before = parse_moment(options.before);
  if (!before) return session.fail(make_error(before.error().code, "--before: " + before.error().message));
  return call<wire::Archive>(session, {.before_ms = *before}, [](const wire::ArchiveResponse& answer) -> std::string {
    if (answer.segments == 0) return "Nothing to archive: no whole segment is that old.";
    return "Archived " + std::to_string(answer.segments) + (answer.segments == 1 ? " segment" : " segments") +
           " with all entries before " + std::to_string(answer.entries) + " to " + neutralised(answer.folder) +
           ". It can be moved away.";
  });
}

Result<wire::AddWitnessRequest> witness_request(const Options& options) {
  wire::AddWitnessRequest request;
  STRONGROOM_ASSIGN(request.key, key_text(options.key));
  if (options.place.starts_with("http://") || options.place.starts_with("https://")) {
    request.url = options.place;
  } else {
    STRONGROOM_ASSIGN(request.cosigned, read_evidence(options.place));
  }
  return request;
}

int run_add_witness(Session& session, const Options& options) {
  const auto request = witness_request(options);
  if (!request) return session.fail(request.error());
  return call<wire::AddWitness>(session, *request, [](const wire::Witness& witness) -> std::string {
    const std::string name = neutralised(witness.key.substr(0, witness.key.find('+')));
    if (witness.entries && !witness.problem)
      return name + " vouches for the first " + std::to_string(*witness.entries) + " entries.";
    return name + " is a witness now, and has vouched for nothing yet" +
           (witness.problem ? ": " + neutralised(*witness.problem) : std::string()) + ".";
  });
}

int run_redact(Session& session, const Options& options) {
  const std::string entry = "entry " + std::to_string(options.sequence);
  if (auto agreed = confirm("Erase the names and the stated purpose in " + entry +
                                " for good? The event itself and every proof of it stay.",
                            options.yes);
      !agreed)
    return session.fail(agreed.error());
  return call<wire::Redact>(session, {.seq = options.sequence}, [&](const protocol::service::Empty&) {
    return "What " + entry + " named cannot be read any more. The log verifies as before.";
  });
}

int run_accept_rollback(Session& session, const Options& options) {
  session.note(
      "The store and its audit log do not agree on how far they are: one of them was put back to an older state, by\n"
      "restoring a backup or by somebody who wants old values or forgotten events. Whatever was written since is "
      "gone.\n"
      "Accepting takes both as they are now and lets the store be written again. That you did stays in the log.");
  if (auto agreed = confirm("Take the store and the log as they are?", options.yes); !agreed)
    return session.fail(agreed.error());
  return call<protocol::vault::AcceptRollback>(session, {}, [](const protocol::service::Empty&) -> std::string {
    return "Accepted. The store can be written again.";
  });
}

}  // namespace

std::function<int(Session&)> prepare_audit_archive(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--before", options->before,
                 "Whole segments with nothing newer are archived: 2026-11-22, 2026-11-22T10:30, or 90d for a time ago.")
      ->required();
  return [options](Session& session) { return run_archive(session, *options); };
}

std::function<int(Session&)> prepare_audit_witness_add(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("place", options->place,
                 "Where the witness answers, http:// or https://; or a file with a checkpoint of this log that it has "
                 "cosigned.")
      ->required();
  app.add_option("key", options->key, "The witness's public key, or @FILE with it.")->required();
  return [options](Session& session) { return run_add_witness(session, *options); };
}

std::function<int(Session&)> prepare_audit_redact(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("entry", options->sequence, "Number of the entry.")->required()->check(CLI::NonNegativeNumber);
  app.add_flag("-y,--yes", options->yes, "Do not ask.");
  return [options](Session& session) { return run_redact(session, *options); };
}

std::function<int(Session&)> prepare_accept_rollback(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_flag("-y,--yes", options->yes, "Do not ask.");
  return [options](Session& session) { return run_accept_rollback(session, *options); };
}

}  // namespace strongroom::cli
