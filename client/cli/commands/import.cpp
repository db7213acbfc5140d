// import: the values of a .env or JSON file, or of another keyring, become secrets.
#include <algorithm>
#include <filesystem>
#include <memory>

#include <strongroom/protocol/json.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/import_file.h"
#include "client/cli/keyrings/rows.h"
#include "client/cli/keyrings/sources.h"
#include "client/cli/output.h"
#include "client/cli/private_process.h"
#include "client/cli/reference.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace {

using keyrings::Row;

constexpr std::size_t k_largest_file = 8 * 1024 * 1024;

struct Options {
  std::string file;
  std::string folder;
  bool folder_given = false;
  std::string format;
  std::string source;  // another keyring; empty: the file has names and values
  std::string on_conflict;
  bool dry_run = false;
};

// "prod" of prod.env; the folder that a plain .env lies in.
std::string folder_for(const std::string& file) {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(file, error);
  const std::string name = path.filename().string();
  if (name == ".env" || name.starts_with(".env.")) return path.parent_path().filename().string();
  for (const std::string_view end : {".env", ".json"})
    if (name.ends_with(end)) return name.substr(0, name.size() - end.size());
  return name;
}

std::string target_folder(const Options& options) {
  std::string folder = options.folder;
  if (!options.folder_given) folder = options.source.empty() ? folder_for(options.file) : options.source;
  if (folder.starts_with(k_scheme)) folder.erase(0, k_scheme.size());
  while (folder.ends_with('/')) folder.pop_back();
  return folder;
}

keyrings::OnConflict on_conflict(const Options& options) {
  if (options.on_conflict == "rename") return keyrings::OnConflict::rename;
  // A file of variables is where they are changed; another keyring is what somebody leaves.
  const bool keeps = options.on_conflict.empty() ? !options.source.empty() : options.on_conflict == "keep";
  return keeps ? keyrings::OnConflict::keep : keyrings::OnConflict::new_version;
}

std::size_t count(const std::vector<Row>& rows, std::string_view result) {
  return static_cast<std::size_t>(std::ranges::count(rows, result, &Row::result));
}

void print_json(const std::vector<Row>& rows) {
  WipedString text(wiped_heap());
  protocol::JsonWriter writer(text);
  writer.begin_array();
  for (const auto& row : rows) {
    writer.begin_object().key("path").string(row.path).key("result").string(row.result);
    if (!row.note.empty()) writer.key("note").string(row.note);
    writer.end_object();
  }
  writer.end_array();
  text.push_back('\n');
  print(text);
}

// Of another keyring each row is shown, for whoever leaves it wants to see that all has come along.
bool is_shown(const Row& row, const Options& options) {
  return options.dry_run || !options.source.empty() || row.result == "failed" || row.result == "left out" ||
         row.result == "kept" || !row.note.empty();
}

std::string summary(const std::vector<Row>& rows, const Options& options) {
  const std::size_t stored = count(rows, "new") + count(rows, "changed");
  std::string line = options.dry_run ? "Dry run, nothing was stored: " : "Stored ";
  line +=
      std::to_string(stored) + (options.dry_run ? " would be stored (" : " of " + std::to_string(rows.size()) + " (");
  line += std::to_string(count(rows, "new")) + " new, " + std::to_string(count(rows, "changed")) + " changed), " +
          std::to_string(count(rows, "unchanged")) + " unchanged, ";
  if (const std::size_t kept = count(rows, "kept"); kept > 0)
    line += std::to_string(kept) + " kept as ours (--on-conflict new-version or rename takes theirs too), ";
  return line + std::to_string(count(rows, "left out")) + " left out, " + std::to_string(count(rows, "failed")) +
         " failed.\n";
}

// Whether all that the file held lies in the store. Keyrings in which people live are nobody's file.
bool is_needed_no_more(const std::vector<Row>& rows, const Options& options) {
  const bool is_file =
      !options.file.empty() && options.file != "-" && options.source != "secret-service" && options.source != "pass";
  const bool stored = count(rows, "new") + count(rows, "changed") > 0;
  return is_file && !options.dry_run && stored && std::ranges::none_of(rows, [](const Row& row) {
           return row.incomplete || row.result == "failed" || row.result == "kept" || row.result == "left out";
         });
}

void report(const Session& session, const std::vector<Row>& rows, const Options& options) {
  if (session.options().json) return print_json(rows);
  if (session.options().quiet) return;
  std::vector<std::vector<std::string>> table{{"path", "result", "note"}};
  for (const auto& row : rows)
    if (is_shown(row, options)) table.push_back({row.path, row.result, row.note});
  if (table.size() > 1) print(as_table(table));
  print(summary(rows, options));
  if (is_needed_no_more(rows, options))
    session.note(neutralised(options.file) + " still holds the values as they are; delete it when nothing needs it.");
}

Result<std::vector<Row>> read_rows(const Session& session, const Options& options) {
  const std::string folder = target_folder(options);
  if (!options.source.empty()) {
    STRONGROOM_ASSIGN(auto items, keyrings::read_source(session, options.source, options.file));
    return keyrings::rows_of(std::move(items), folder, options.source);
  }
  if (options.file.empty()) return make_error(ErrorCode::invalid_argument, "say which file to import", "file");
  const bool piped = options.file == "-";
  if (piped && !options.folder_given)
    return make_error(ErrorCode::invalid_argument, "say with --to where the values go");
  STRONGROOM_ASSIGN(const Secret content, piped ? read_stdin(k_largest_file) : read_file(options.file, k_largest_file));
  auto values =
      read_import_file(content.reveal_text(RevealReason::inspect), import_format(options.format, options.file));
  if (values) return keyrings::rows_of(std::move(*values), folder);
  Error error = values.error();
  error.message = options.file + (error.subject.empty() ? "" : ", " + error.subject) + ": " + error.message +
                  "; nothing was imported";
  error.subject.clear();
  return error;
}

// What is left behind can be seen by a script: something failed, or something is kept as ours.
ExitCode exit_code_for(const std::vector<Row>& rows) {
  const bool incomplete = std::ranges::any_of(rows, [](const Row& row) { return row.incomplete; });
  if (incomplete || count(rows, "failed") > 0) return ExitCode::failed;
  return count(rows, "kept") > 0 ? ExitCode::conflict : ExitCode::done;
}

int run_import(Session& session, const Options& options) {
  keep_process_private();
  auto rows = read_rows(session, options);
  if (!rows) return session.fail(rows.error());
  auto client = session.client();
  if (!client) return session.fail(client.error());
  offer_recovery_code(session);
  Status status = keyrings::compare(**client, *rows, on_conflict(options));
  if (!status) return session.fail(status.error());
  if (!options.dry_run) status = keyrings::store(**client, *rows);
  report(session, *rows, options);
  if (!status) return session.fail(status.error());
  return static_cast<int>(exit_code_for(*rows));
}

constexpr const char* k_help =
    "Another keyring: --from secret-service [COLLECTION], --from pass [FOLDER], --from keepassxc FILE (XML or CSV),\n"
    "--from vault FILE or FOLDER (of JSON).\n"
    "Exit code: 1 when something failed or a part stays behind, 7 when only values that differ were kept as ours.\n\n"
    "Examples: strongroom import prod.env --to prod\n"
    "          strongroom import --from pass --dry-run\n";

}  // namespace

std::function<int(Session&)> prepare_import(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("file", options->file,
                 "File of NAME=VALUE lines, or of JSON; - for standard input. With --from: what to read there.");
  auto* const folder =
      app.add_option("--to", options->folder,
                     "Folder for the secrets; / for the top. Default: the file's name without .env or .json, or the "
                     "folder that a plain .env lies in; with --from its name.");
  auto* const format =
      app.add_option("--format", options->format,
                     "dotenv (quotes as docker compose and dotenv read them), docker (as docker run --env-file: "
                     "everything behind '=' as it is) or json (objects become folders). Default: json for *.json, else "
                     "dotenv.")
          ->check(CLI::IsMember({"dotenv", "docker", "json"}));
  app.add_option("--from", options->source, "Another keyring: secret-service, pass, keepassxc or vault.")
      ->check(CLI::IsMember(keyrings::source_names()))
      ->excludes(format);
  app.add_option("--on-conflict", options->on_conflict,
                 "Where the store has other values: keep (ours stay), new-version (theirs become a version of ours) or "
                 "rename (theirs get a number behind their name). Default: new-version; with --from keep.")
      ->check(CLI::IsMember({"keep", "new-version", "rename"}));
  app.add_flag("--dry-run", options->dry_run, "Only say what would become of each value.");
  app.footer(k_help);
  return [options, folder](Session& session) {
    options->folder_given = folder->count() > 0;
    return run_import(session, *options);
  };
}

}  // namespace strongroom::cli
