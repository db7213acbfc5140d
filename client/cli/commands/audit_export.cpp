// audit export and verify-export: evidence of a span of time in one folder.
#include <algorithm>
#include <memory>

#include <strongroom/evidence/event_words.h>
#include <strongroom/evidence/export.h>
#include <strongroom/evidence/verify_disclosure.h>
#include <strongroom/protocol/methods/audit.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/duration.h"
#include "client/cli/evidence_file.h"
#include "client/cli/export_folder.h"
#include "client/cli/print_json.h"
#include "client/cli/progress.h"

namespace strongroom::cli {

namespace wire = protocol::audit;

namespace {

struct Options {
  std::string since;
  std::string until;
  std::string format = "jsonl";
  std::string output;
  std::string folder;
  std::string key;
};

// What the daemon streams, on its way into the folder.
class Export {
 public:
  Export(ExportFolder& folder, const wire::ExportRequest& request) : folder_(folder) {
    manifest_.created_ms = now_ms();
    manifest_.since_ms = request.since_ms.value_or(0);
    manifest_.until_ms = std::max(request.until_ms.value_or(manifest_.created_ms), manifest_.since_ms);
    open_end_ = !request.until_ms;
  }

  Status take(const wire::ExportItem& item) {
    if (item.checkpoint && item.key && item.epoch_proof) return begin(item);
    if (item.event && item.entry && item.proof && item.entry_key) return add(item);
    if (item.total && *item.total != manifest_.events)
      return make_error(ErrorCode::malformed, "the daemon gave out another number of events than it says");
    return {};
  }

  Status finish() {
    if (manifest_.origin.empty()) return make_error(ErrorCode::malformed, "the daemon gave out no checkpoint");
    return folder_.finish(manifest_);
  }

  std::int64_t events() const noexcept { return manifest_.events; }

 private:
  Status begin(const wire::ExportItem& item) {
    STRONGROOM_ASSIGN(const auto key, evidence::VerifierKey::parse(*item.key));
    STRONGROOM_ASSIGN(log_, evidence::log_id_of(key.name));
    manifest_.origin = key.name;
    STRONGROOM_CHECK(folder_.write("key", *item.key + "\n"));
    STRONGROOM_CHECK(folder_.write("checkpoint", *item.checkpoint));
    return folder_.write("epoch.proof", *item.epoch_proof);
  }

  // The words are made of the entry itself: an export cannot say anything else than what it proves.
  Status add(const wire::ExportItem& item) {
    STRONGROOM_ASSIGN(const Bytes bytes, from_base64(*item.entry));
    STRONGROOM_ASSIGN(const auto entry, evidence::parse_entry(bytes));
    evidence::Disclosure disclosure;
    STRONGROOM_ASSIGN(disclosure.entry_key, key_of(*item.entry_key));
    if (item.r) {
      STRONGROOM_ASSIGN(disclosure.r, key_of(*item.r));
    }
    STRONGROOM_ASSIGN(const auto opened, evidence::open_disclosed(log_, entry, disclosure));
    WipedString words(wiped_heap());
    protocol::JsonWriter writer(words);
    evidence::write_words(opened, writer);
    ++manifest_.events;
    if (open_end_) manifest_.until_ms = std::max(manifest_.until_ms, entry.header.time_s * 1000);
    return folder_.add(words, proof_line(item));
  }

  static std::string proof_line(const wire::ExportItem& item) {
    WipedString line(wiped_heap());
    protocol::JsonWriter json(line);
    json.begin_object().key("seq").integer(item.event->seq).key("entry").string(*item.entry);
    json.key("proof").begin_array();
    for (const auto& hash : *item.proof) json.string(hash);
    json.end_array().key("entry_key").string(*item.entry_key);
    if (item.r) json.key("r").string(*item.r);
    json.end_object();
    return std::string(line);
  }

  static Result<Bytes> from_base64(std::string_view text) {
    Bytes bytes(3 * (text.size() / 4));
    STRONGROOM_ASSIGN(const std::size_t size, base64_decode(text, bytes.data()));
    bytes.resize(size);
    return bytes;
  }

  static Result<evidence::Key32> key_of(std::string_view text) {
    STRONGROOM_ASSIGN(const Bytes bytes, from_base64(text));
    evidence::Key32 key{};
    if (bytes.size() != key.size()) return make_error(ErrorCode::malformed, "the daemon gave out a malformed key");
    std::ranges::copy(bytes, key.begin());
    return key;
  }

  ExportFolder& folder_;
  evidence::ExportManifest manifest_;
  evidence::LogId log_{};
  bool open_end_ = false;
};

Result<wire::ExportRequest> request_of(const Options& options) {
  wire::ExportRequest request;
  if (!options.since.empty()) {
    STRONGROOM_ASSIGN(request.since_ms, parse_moment(options.since));
  }
  if (!options.until.empty()) {
    STRONGROOM_ASSIGN(request.until_ms, parse_moment(options.until));
  }
  if (request.since_ms && request.until_ms && *request.since_ms >= *request.until_ms)
    return make_error(ErrorCode::invalid_argument, "--until has to be later than --since");
  return request;
}

Result<std::int64_t> export_events(Session& session, const Options& options) {
  STRONGROOM_ASSIGN(const auto request, request_of(options));
  STRONGROOM_ASSIGN(auto* const client, session.client());
  STRONGROOM_ASSIGN(auto folder, ExportFolder::create(options.output));
  Export made(folder, request);
  Progress progress(session, "Exporting", "events");
  Status failed;
  const Status ended = client->call_streaming<wire::Export>(request, [&](const wire::ExportItem& item) {
    failed = made.take(item);
    progress.show(made.events());
    return static_cast<bool>(failed);
  });
  STRONGROOM_CHECK(failed);
  STRONGROOM_CHECK(ended);
  STRONGROOM_CHECK(made.finish());
  return made.events();
}

int run_export(Session& session, const Options& options) {
  const auto events = export_events(session, options);
  if (!events) return session.fail(events.error());
  if (session.options().json)
    print("{\"events\":" + std::to_string(*events) + "}\n");
  else if (!session.options().quiet)
    print("Exported " + std::to_string(*events) + (*events == 1 ? " event" : " events") + " to " +
          neutralised(options.output) + ".\nWhoever has the folder can read these events. To check it: " +
          "strongroom audit verify-export " + neutralised(options.output) + "\n");
  return 0;
}

void print_report(const Session& session, const evidence::ExportReport& report, bool key_given) {
  if (session.options().json) {
    WipedString text(wiped_heap());
    protocol::JsonWriter json(text);
    json.begin_object().key("ok").boolean(report.ok()).key("events").integer(report.events).key("problem");
    write_problem(json, report.problem);
    json.key("sequence");
    write_number(json, report.sequence);
    json.end_object();
    text.push_back('\n');
    return print(text);
  }
  if (!report.ok()) {
    const std::string place = report.sequence ? " at entry " + std::to_string(*report.sequence) : "";
    return print("NOT PROVED" + place + ": " + neutralised(report.problem) + ".\n");
  }
  print("Good: " + std::to_string(report.events) + (report.events == 1 ? " event" : " events") + " of " +
        neutralised(report.origin) + " between " + local_time(report.since_ms) + " and " + local_time(report.until_ms) +
        ", each as the log has it.\n");
  if (!key_given)
    print("The key is the folder's own word; compare it with the one you noted, or give it with --key:\n  " +
          neutralised(report.key) + "\n");
}

Result<evidence::ExportReport> verify(const Session& session, const Options& options) {
  evidence::VerifyExportOptions how;
  if (!options.key.empty()) {
    STRONGROOM_ASSIGN(how.key, read_key(options.key));
  }
  Progress progress(session, "Verifying", "events");
  how.progress = [&](std::int64_t events) {
    progress.show(events);
    return true;
  };
  return evidence::verify_export(options.folder, how);
}

int run_verify_export(Session& session, const Options& options) {
  const auto report = verify(session, options);
  if (!report) return session.fail(report.error());
  print_report(session, *report, !options.key.empty());
  return report->ok() ? 0 : static_cast<int>(ExitCode::failed);
}

}  // namespace

std::function<int(Session&)> prepare_audit_export(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--since", options->since,
                 "From this time on: 2026-11-22, or 30d for a time ago. Default: everything.");
  app.add_option("--until", options->until, "Before this time. Default: now.");
  app.add_option("--format", options->format, "jsonl: one JSON object a line. Default: jsonl.")
      ->check(CLI::IsMember({"jsonl"}));
  app.add_option("-o,--output", options->output, "Folder to make, readable by you alone; it must not exist.")
      ->required();
  return [options](Session& session) { return run_export(session, *options); };
}

std::function<int(Session&)> prepare_audit_verify_export(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("folder", options->folder, "Folder of the export.")->required();
  app.add_option("--key", options->key, "The log's key, or @FILE with it. Default: the one in the folder.");
  return [options](Session& session) { return run_verify_export(session, *options); };
}

}  // namespace strongroom::cli
