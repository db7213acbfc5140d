// export audit|secrets|plugins|status: rows into a file, by an exporter of the daemon.
#include <unistd.h>

#include <algorithm>
#include <memory>

#include <strongroom/protocol/methods/export.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/duration.h"
#include "client/cli/export_rows.h"
#include "client/cli/new_file.h"
#include "client/cli/print_json.h"
#include "client/cli/progress.h"

namespace strongroom::cli {

namespace wire = protocol::export_;

namespace {

struct Options {
  wire::Subject what = wire::Subject::audit;
  std::string format;
  std::string output;
  bool force = false;
  std::vector<std::string> columns;
  std::vector<std::string> settings;
  std::string since;
  std::string until;
  std::string actor;
  std::string action;
  std::string path;
  std::string decision;
  std::string below;
  bool deleted = false;
  bool reveal = false;
  std::vector<std::string> recipients;
};

std::optional<std::string> given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

// "report.xlsx" is an xlsx when nothing else is said, and so is "report.xlsx.age"; "-" is csv.
std::string format_of(const Options& options) {
  if (!options.format.empty()) return options.format;
  std::string name = options.output;
  if (!options.recipients.empty() && name.ends_with(".age")) name.resize(name.size() - 4);
  const auto dot = name.rfind('.');
  const auto slash = name.rfind('/');
  const bool has_extension = dot != std::string::npos && (slash == std::string::npos || dot > slash + 1);
  return has_extension ? name.substr(dot + 1) : "csv";
}

Result<std::map<std::string, std::string>> settings_of(const std::vector<std::string>& words) {
  std::map<std::string, std::string> settings;
  for (const auto& word : words) {
    const auto equals = word.find('=');
    if (equals == 0 || equals == std::string::npos)
      return make_error(ErrorCode::invalid_argument, "'" + word + "' must be NAME=VALUE", "--set");
    settings.insert_or_assign(word.substr(0, equals), word.substr(equals + 1));
  }
  return settings;
}

Result<wire::RunRequest> request_of(const Options& options) {
  wire::RunRequest request;
  request.what = options.what;
  request.format = format_of(options);
  if (!options.settings.empty()) {
    STRONGROOM_ASSIGN(request.settings, settings_of(options.settings));
  }
  if (!options.columns.empty()) request.columns = options.columns;
  if (!options.since.empty()) {
    STRONGROOM_ASSIGN(request.since_ms, parse_moment(options.since));
  }
  if (!options.until.empty()) {
    STRONGROOM_ASSIGN(request.until_ms, parse_moment(options.until));
  }
  request.actor = given(options.actor);
  request.action = given(options.action);
  request.path = given(options.path);
  if (!options.decision.empty())
    request.decision =
        options.decision == "denied" ? protocol::audit::Decision::denied : protocol::audit::Decision::allowed;
  request.prefix = given(options.below);
  if (options.deleted) request.deleted = true;
  if (options.reveal && options.recipients.empty())
    return make_error(
        ErrorCode::invalid_argument,
        "--reveal wants --recipient too: values are exported encrypted or not at all; 'age-keygen' makes a key",
        "--reveal");
  if (options.reveal) request.reveal = true;
  if (!options.recipients.empty()) request.recipients = options.recipients;
  return request;
}

// Bytes that are no text would change what the terminal does.
Status check_terminal(client::Client& client, const std::string& format, bool encrypted) {
  if (isatty(STDOUT_FILENO) != 1) return {};
  if (encrypted)
    return make_error(ErrorCode::invalid_argument, "an encrypted file is no text for a terminal; name a file",
                      "--output");
  STRONGROOM_ASSIGN(const auto known, client.call<wire::ListFormats>({}));
  const auto found = std::ranges::find(known.formats, format, &wire::FormatEntry::format);
  const bool is_text = found == known.formats.end() || found->media_type.starts_with("text/") ||
                       found->media_type.find("json") != std::string::npos;
  if (is_text) return {};
  return make_error(ErrorCode::invalid_argument, "'" + format + "' is no text for a terminal; name a file", "--output");
}

Result<wire::Progress> export_rows(Session& session, const Options& options) {
  STRONGROOM_ASSIGN(const auto request, request_of(options));
  if (options.output == "-") {
    STRONGROOM_ASSIGN(auto* const client, session.client());
    STRONGROOM_CHECK(check_terminal(*client, request.format, request.recipients.has_value()));
    return run_export_into(session, request, STDOUT_FILENO, "Exporting");
  }
  STRONGROOM_ASSIGN(auto file, NewFile::create(options.output, options.force ? Overwrite::yes : Overwrite::no));
  STRONGROOM_ASSIGN(auto last, run_export_into(session, request, file.descriptor(), "Exporting"));
  STRONGROOM_CHECK(file.keep());
  return last;
}

int run_export(Session& session, const Options& options) {
  const auto last = export_rows(session, options);
  if (!last) return session.fail(last.error());
  if (options.output == "-") return 0;
  if (session.options().json)
    print_json(*last);
  else if (!session.options().quiet)
    print("Exported " + std::to_string(last->rows) + (last->rows == 1 ? " row" : " rows") + " to " +
          neutralised(options.output) + ".\nSHA-256, as the audit log has it: " + last->sha256.value_or("") + "\n");
  return 0;
}

std::function<int(Session&)> prepare(CLI::App& app, wire::Subject what) {
  const auto options = std::make_shared<Options>();
  options->what = what;
  app.add_option("-o,--output", options->output, "The file to make, or - for standard output.")->required();
  app.add_option("-f,--format", options->format,
                 "csv, json, jsonl, xlsx, html or what else 'strongroom export formats' names. Default: by the name of "
                 "the file, or csv.");
  app.add_flag("--force", options->force, "Replaces a file that exists.");
  app.add_option("--columns", options->columns, "Only these columns, in this order, split by commas.")->delimiter(',');
  app.add_option("--set", options->settings, "A setting of the exporter, NAME=VALUE; several times.");
  app.add_option("--recipient", options->recipients,
                 "An age recipient, 'age1...'; several times. The file can then be opened with the 'age' tool by them "
                 "alone.");
  if (what == wire::Subject::audit) {
    app.add_option("--since", options->since, "Only from this time on: 2026-11-22, \"2026-11-22 10:30\", 7d.");
    app.add_option("--until", options->until, "Only before this time.");
    app.add_option("--actor", options->actor, "Only of this actor, such as uid:1000.");
    app.add_option("--action", options->action, "Only this action, such as secret.get.");
    app.add_option("--path", options->path, "Only about the secret or other object of this name.");
    app.add_option("--decision", options->decision, "Only what was allowed, or denied.")
        ->check(CLI::IsMember({"allowed", "denied"}));
  }
  if (what == wire::Subject::secrets) {
    app.add_option("--below", options->below, "Only below this folder.");
    app.add_flag("--deleted", options->deleted, "Deleted ones too.");
    app.add_flag("--reveal", options->reveal, "Their values too, a row for each field; only with --recipient.");
  }
  return [options](Session& session) { return run_export(session, *options); };
}

}  // namespace

Result<wire::Progress> run_export_into(Session& session, const wire::RunRequest& request, int descriptor,
                                       const std::string& what) {
  STRONGROOM_ASSIGN(auto* const client, session.client());
  Progress progress(session, what, "rows");
  wire::Progress last;
  STRONGROOM_CHECK(client->call_passing<wire::Run>(descriptor, request, [&](const wire::Progress& told) {
    last = told;
    progress.show(told.rows, told.total);
    return true;
  }));
  return last;
}

std::function<int(Session&)> prepare_export_audit(CLI::App& app) {
  return prepare(app, wire::Subject::audit);
}

std::function<int(Session&)> prepare_export_secrets(CLI::App& app) {
  return prepare(app, wire::Subject::secrets);
}

std::function<int(Session&)> prepare_export_plugins(CLI::App& app) {
  return prepare(app, wire::Subject::plugins);
}

std::function<int(Session&)> prepare_export_status(CLI::App& app) {
  return prepare(app, wire::Subject::status);
}

}  // namespace strongroom::cli
