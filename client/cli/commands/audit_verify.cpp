// audit verify: by the daemon, or offline from the folder alone.
#include <memory>

#include <strongroom/evidence/verify_log.h>
#include <strongroom/protocol/methods/audit.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/evidence_file.h"
#include "client/cli/print_json.h"
#include "client/cli/progress.h"

namespace strongroom::cli {

namespace wire = protocol::audit;

namespace {

constexpr int k_damaged = static_cast<int>(ExitCode::failed);

struct Options {
  std::string against;
  std::string folder;
  std::string key;
};

// What both ways of verifying find.
struct Verdict {
  std::int64_t first = 0;
  std::int64_t entries = 0;
  std::int64_t signed_entries = 0;
  std::int64_t torn = 0;
  std::optional<std::int64_t> sequence;
  std::string problem;
  std::string key;  // that the log names, when nobody gave another
};

std::string counted(std::int64_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string good_words(const Verdict& verdict, bool compared) {
  std::string words = "Good: " + counted(verdict.entries - verdict.first, "entry", "entries");
  if (verdict.first != 0) words += " behind " + counted(verdict.first, "archived one", "archived ones");
  words += verdict.entries - verdict.first == 1 ? " is as it was written" : " are as they were written";
  words += ", " + std::to_string(verdict.signed_entries) + " of all are signed";
  const std::int64_t behind = verdict.entries - std::max(verdict.signed_entries, verdict.first);
  if (verdict.signed_entries == 0)
    words += "; nobody vouches for a log without a checkpoint";
  else if (behind > 0)
    words += "; the last " + std::to_string(behind) + " not yet";
  words += ".\n";
  if (compared) words += "The log contains everything that the older checkpoint covers.\n";
  if (verdict.torn != 0)
    words += counted(verdict.torn, "byte", "bytes") + " of an unfinished entry at the end were never acknowledged.\n";
  if (!verdict.key.empty())
    words += "The key is the log's own word; compare it with the one you noted, or give it with --key:\n  " +
             neutralised(verdict.key) + "\n";
  return words;
}

int say(const Verdict& verdict, bool compared) {
  if (verdict.problem.empty()) {
    print(good_words(verdict, compared));
    return 0;
  }
  const std::string place = verdict.sequence ? " at entry " + std::to_string(*verdict.sequence) : "";
  print("DAMAGED" + place + ": " + neutralised(verdict.problem) + ".\n");
  if (verdict.sequence)
    print("The " + std::to_string(std::max<std::int64_t>(*verdict.sequence - verdict.first, 0)) +
          " entries before it were checked; nothing is known of those behind it.\n");
  return k_damaged;
}

int verify_by_daemon(Session& session, const Options& options) {
  wire::VerifyRequest request;
  if (!options.against.empty()) {
    auto note = read_evidence(options.against);
    if (!note) return session.fail(note.error());
    request.against = std::move(*note);
  }
  auto client = session.client();
  if (!client) return session.fail(client.error());
  wire::VerifyResponse last;
  {
    Progress progress(session, "Verifying", "entries");
    const Status ended = (*client)->call_streaming<wire::Verify>(request, [&](const wire::VerifyResponse& answer) {
      last = answer;
      progress.show(answer.entries);
      return true;
    });
    if (!ended) return session.fail(ended.error());
  }
  if (session.options().json) {
    print_json(last);
    return last.ok ? 0 : k_damaged;
  }
  return say({.first = last.first,
              .entries = last.entries,
              .signed_entries = last.signed_entries,
              .torn = last.torn,
              .sequence = last.sequence,
              .problem = last.ok ? "" : last.problem.value_or("it is not as it was written"),
              .key = {}},
             !options.against.empty());
}

void print_report(const evidence::LogReport& report) {
  WipedString text;
  protocol::JsonWriter json(text);
  const auto number = [&](std::string_view name, std::uint64_t value) {
    json.key(name).integer(static_cast<std::int64_t>(value));
  };
  json.begin_object().key("ok").boolean(report.ok());
  number("first", report.first);
  number("entries", report.entries);
  number("signed", report.signed_entries);
  json.key("sequence");
  write_number(json, report.damaged_at);
  json.key("problem");
  write_problem(json, report.problem);
  number("torn", report.torn);
  json.end_object();
  text.push_back('\n');
  print(text);
}

Result<evidence::LogReport> verify_folder(const Session& session, const Options& options) {
  evidence::VerifyOptions how;
  if (!options.key.empty()) {
    STRONGROOM_ASSIGN(how.key, read_key(options.key));
  }
  if (!options.against.empty()) {
    STRONGROOM_ASSIGN(auto note, read_evidence(options.against));
    how.against.push_back(std::move(note));
  }
  Progress progress(session, "Verifying", "entries");
  how.progress = [&](std::uint64_t entries) {
    progress.show(static_cast<std::int64_t>(entries));
    return true;
  };
  return evidence::verify_log(options.folder, how);
}

int verify_offline(Session& session, const Options& options) {
  const auto report = verify_folder(session, options);
  if (!report) return session.fail(report.error());
  if (session.options().json) {
    print_report(*report);
    return report->ok() ? 0 : k_damaged;
  }
  Verdict verdict{.first = static_cast<std::int64_t>(report->first),
                  .entries = static_cast<std::int64_t>(report->entries),
                  .signed_entries = static_cast<std::int64_t>(report->signed_entries),
                  .torn = static_cast<std::int64_t>(report->torn),
                  .sequence = {},
                  .problem = report->problem,
                  .key = options.key.empty() ? report->key : ""};
  if (report->damaged_at) verdict.sequence = static_cast<std::int64_t>(*report->damaged_at);
  return say(verdict, !options.against.empty());
}

}  // namespace

std::function<int(Session&)> prepare_audit_verify(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--against", options->against, "An older checkpoint in a file, which the log has to contain.");
  auto* folder = app.add_option("--folder", options->folder,
                                "Folder of a log. It is verified here, without a daemon and without unlocking.");
  app.add_option("--key", options->key, "The log's key, or @FILE with it. Default: the one that the folder names.")
      ->needs(folder);
  return [options](Session& session) {
    return options->folder.empty() ? verify_by_daemon(session, *options) : verify_offline(session, *options);
  };
}

}  // namespace strongroom::cli
