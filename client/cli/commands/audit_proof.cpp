// audit checkpoint, prove, verify-proof, key: evidence that leaves, and how it is checked.
#include <memory>

#include <strongroom/evidence/event_words.h>
#include <strongroom/evidence/verify_disclosure.h>
#include <strongroom/protocol/methods/audit.h>
#include <CLI/CLI.hpp>

#include "client/cli/audit_events.h"
#include "client/cli/command.h"
#include "client/cli/evidence_file.h"
#include "client/cli/print_json.h"

namespace strongroom::cli {

namespace wire = protocol::audit;

namespace {

struct Options {
  std::int64_t sequence = 0;
  bool disclose = false;
  OutputFile out;
  std::string file;
  std::string key;
};

int run_checkpoint(Session& session, const Options& options) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto answer = (*client)->call<wire::GetCheckpoint>({});
  if (!answer) return session.fail(answer.error());
  if (session.options().json && options.out.path.empty()) {
    print_json(*answer);
    return 0;
  }
  return deliver(session, options.out, answer->checkpoint, "the checkpoint");
}

int run_prove(Session& session, const Options& options) {
  wire::ProveRequest request{.seq = options.sequence};
  if (options.disclose) request.disclose = true;
  auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto answer = (*client)->call<wire::Prove>(request);
  if (!answer) return session.fail(answer.error());
  if (session.options().json && options.out.path.empty()) {
    print_json(*answer);
    return 0;
  }
  return deliver(session, options.out, answer->proof,
                 options.disclose ? "a proof with which anybody can read this event" : "the proof");
}

int run_key(Session& session) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto answer = (*client)->call<wire::GetKey>({});
  if (!answer) return session.fail(answer.error());
  if (session.options().json)
    print_json(*answer);
  else
    print(answer->key + "\n");
  return 0;
}

WipedString words_of(const evidence::OpenedEvent& opened) {
  WipedString words(wiped_heap());
  protocol::JsonWriter writer(words);
  evidence::write_words(opened, writer);
  return words;
}

void print_json_report(const evidence::ProofReport& report) {
  WipedString text(wiped_heap());
  protocol::JsonWriter json(text);
  json.begin_object().key("ok").boolean(report.ok()).key("sequence");
  write_number(json, report.sequence);
  json.key("problem");
  write_problem(json, report.problem);
  json.key("event");
  protocol::JsonDocument event;
  if (report.ok() && report.opened && event.parse(words_of(*report.opened)))
    json.value(event.root());
  else
    json.null();
  json.end_object();
  text.push_back('\n');
  print(text);
}

void print_report(const evidence::ProofReport& report, const evidence::VerifierKey& key) {
  if (!report.ok()) {
    const std::string place = report.sequence ? " of entry " + std::to_string(*report.sequence) : "";
    print("NOT PROVED: the proof" + place + " does not hold: " + neutralised(report.problem) + ".\n");
    return;
  }
  print("Proved: entry " + std::to_string(*report.sequence) + " stands in " + neutralised(key.name) + ", signed with " +
        std::to_string(report.signed_entries) + " entries, written " + local_time(report.header.time_s * 1000) + ".\n");
  protocol::JsonDocument event;
  if (!report.opened)
    print("What it says is not disclosed.\n");
  else if (event.parse(words_of(*report.opened)))
    print("\n" + event_text(event.root()));
}

int run_verify_proof(Session& session, const Options& options) {
  const auto key = read_key(options.key);
  if (!key) return session.fail(key.error());
  const auto text = read_evidence(options.file);
  if (!text) return session.fail(text.error());
  const auto report = evidence::verify_disclosure(*text, *key);
  if (session.options().json)
    print_json_report(report);
  else
    print_report(report, *key);
  return report.ok() ? 0 : static_cast<int>(ExitCode::failed);
}

void add_out(CLI::App& app, Options& options) {
  app.add_option("-o,--out", options.out.path, "File to write, readable by you alone. Default: standard output.");
  app.add_flag("--force", options.out.force, "Replace the file when it exists.");
}

}  // namespace

std::function<int(Session&)> prepare_audit_checkpoint(CLI::App& app) {
  auto options = std::make_shared<Options>();
  add_out(app, *options);
  return [options](Session& session) { return run_checkpoint(session, *options); };
}

std::function<int(Session&)> prepare_audit_prove(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("entry", options->sequence, "Number of the entry.")->required()->check(CLI::NonNegativeNumber);
  add_out(app, *options);
  app.add_flag("--disclose", options->disclose,
               "Put the event's key into the proof, so that who has the proof can read this event, and no other.");
  return [options](Session& session) { return run_prove(session, *options); };
}

std::function<int(Session&)> prepare_audit_key(CLI::App&) {
  return [](Session& session) { return run_key(session); };
}

std::function<int(Session&)> prepare_audit_verify_proof(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("file", options->file, "The proof.")->required();
  app.add_option("--key", options->key, "The log's key as 'audit key' prints it, or @FILE with it.")->required();
  return [options](Session& session) { return run_verify_proof(session, *options); };
}

}  // namespace strongroom::cli
