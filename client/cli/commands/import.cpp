// import: the values of a .env or JSON file become secrets.
#include <algorithm>
#include <filesystem>
#include <memory>

#include <strongroom/protocol/methods/secret.h>
#include <strongroom/protocol/secret_fields.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/import_file.h"
#include "client/cli/output.h"
#include "client/cli/reference.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace wire = protocol::secret;

namespace {

constexpr std::size_t k_largest_file = 8 * 1024 * 1024;
constexpr std::size_t k_batch = 256;

struct Options {
  std::string file;
  std::string folder;
  std::string format;
  bool dry_run = false;
};

// What becomes of one value of the file.
struct Row {
  std::string path;
  Secret value;
  std::string result;  // "new", "changed", "unchanged", "left out", "failed"
  std::string note;

  bool is_to_be_stored() const { return result == "new" || result == "changed"; }
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
  std::string folder = options.folder.empty() ? folder_for(options.file) : options.folder;
  if (folder.starts_with(k_scheme)) folder.erase(0, k_scheme.size());
  while (folder.ends_with('/')) folder.pop_back();
  return folder;
}

std::vector<Row> rows_of(std::vector<ImportedValue> values, const std::string& folder) {
  std::vector<Row> rows;
  for (auto& value : values) {
    // A name that stands alone may be a part of a value whose quotes were forgotten, so its line is named instead.
    std::string path =
        value.value.empty() && value.line > 0 ? "line " + std::to_string(value.line) : folder + "/" + value.name;
    Row& row = rows.emplace_back(Row{std::move(path), std::move(value.value), "new", std::move(value.note)});
    if (row.value.empty()) row.result = "left out";
  }
  return rows;
}

// Says of each row whether the store has it already.
Status compare(client::Client& client, std::vector<Row>& rows) {
  for (std::size_t start = 0; start < rows.size(); start += k_batch) {
    const std::size_t end = std::min(start + k_batch, rows.size());
    wire::GetManyRequest request;
    for (std::size_t i = start; i < end; ++i)
      request.items.push_back({.path = rows[i].path, .version = {}, .only = std::vector<std::string>{"value"}});
    STRONGROOM_ASSIGN(auto answer, client.call<wire::GetMany>(request));
    if (answer.items.size() != end - start)
      return make_error(ErrorCode::malformed, "the daemon answered for another number of secrets");
    for (std::size_t i = start; i < end; ++i) {
      auto& item = answer.items[i - start];
      if (!rows[i].is_to_be_stored()) continue;
      if (item.problem) {
        const ErrorCode code = error_code_of_varlink(item.problem->error);
        const bool nothing_there =
            code == ErrorCode::not_found || code == ErrorCode::deleted || code == ErrorCode::expired;
        if (nothing_there) continue;
        rows[i].result = "failed";
        rows[i].note = item.problem->message;
        continue;
      }
      if (!item.fields_) continue;
      STRONGROOM_CHECK(protocol::unpack_values(*item.fields_, item.base64));
      const bool same = !item.fields_->empty() && item.fields_->front().value == rows[i].value;
      rows[i].result = same ? "unchanged" : "changed";
    }
  }
  return {};
}

Status store(client::Client& client, std::vector<Row>& rows) {
  std::vector<Row*> wanted;
  for (auto& row : rows)
    if (row.is_to_be_stored()) wanted.push_back(&row);
  for (std::size_t start = 0; start < wanted.size(); start += k_batch) {
    const std::size_t end = std::min(start + k_batch, wanted.size());
    wire::PutManyRequest request;
    for (std::size_t i = start; i < end; ++i) {
      wire::PutRequest& item = request.items.emplace_back();
      item.path = wanted[i]->path;
      item.fields_.push_back({"value", std::move(wanted[i]->value)});
      item.base64 = protocol::pack_values(item.fields_);
      item.merge = true;
    }
    auto answer = client.call<wire::PutMany>(request);
    for (std::size_t i = start; i < end; ++i) {
      const bool stored = answer && i - start < answer->items.size() && !answer->items[i - start].problem;
      if (stored) continue;
      wanted[i]->result = "failed";
      if (answer && i - start < answer->items.size()) wanted[i]->note = answer->items[i - start].problem->message;
    }
    if (!answer) {
      for (std::size_t i = end; i < wanted.size(); ++i) wanted[i]->result = "failed";
      return answer.error();
    }
  }
  return {};
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

void report(const Session& session, const std::vector<Row>& rows, const Options& options) {
  if (session.options().json) return print_json(rows);
  if (session.options().quiet) return;
  std::vector<std::vector<std::string>> table{{"path", "result", "note"}};
  for (const auto& row : rows)
    if (options.dry_run || row.result == "failed" || row.result == "left out" || !row.note.empty())
      table.push_back({row.path, row.result, row.note});
  if (table.size() > 1) print(as_table(table));
  std::string line = options.dry_run ? "Dry run, nothing was stored: " : "Stored ";
  const std::size_t stored = count(rows, "new") + count(rows, "changed");
  line +=
      std::to_string(stored) + (options.dry_run ? " would be stored (" : " of " + std::to_string(rows.size()) + " (");
  line += std::to_string(count(rows, "new")) + " new, " + std::to_string(count(rows, "changed")) + " changed), " +
          std::to_string(count(rows, "unchanged")) + " unchanged, " + std::to_string(count(rows, "left out")) +
          " left out, " + std::to_string(count(rows, "failed")) + " failed.\n";
  print(line);
  if (!options.dry_run && stored > 0 && options.file != "-")
    session.note(neutralised(options.file) + " still holds the values as they are; delete it when nothing needs it.");
}

int run_import(Session& session, const Options& options) {
  const bool piped = options.file == "-";
  if (piped && options.folder.empty())
    return session.fail(make_error(ErrorCode::invalid_argument, "say with --to where the values go"));
  auto content = piped ? read_stdin(k_largest_file) : read_file(options.file, k_largest_file);
  if (!content) return session.fail(content.error());
  auto values =
      read_import_file(content->reveal_text(RevealReason::inspect), import_format(options.format, options.file));
  if (!values) {
    Error error = values.error();
    error.message = options.file + (error.subject.empty() ? "" : ", " + error.subject) + ": " + error.message +
                    "; nothing was imported";
    error.subject.clear();
    return session.fail(error);
  }
  auto rows = rows_of(std::move(*values), target_folder(options));
  auto client = session.client();
  if (!client) return session.fail(client.error());
  offer_recovery_code(session);
  Status status = compare(**client, rows);
  if (!status) return session.fail(status.error());
  if (!options.dry_run) status = store(**client, rows);
  report(session, rows, options);
  if (!status) return session.fail(status.error());
  return count(rows, "failed") == 0 ? 0 : static_cast<int>(ExitCode::failed);
}

}  // namespace

std::function<int(Session&)> prepare_import(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("file", options->file, "File of NAME=VALUE lines, or of JSON; - for standard input.")->required();
  app.add_option("--to", options->folder,
                 "Folder for the secrets. Default: the file's name without .env or .json, or the folder that a plain "
                 ".env lies in.");
  app.add_option("--format", options->format,
                 "dotenv (quotes as docker compose and dotenv read them), docker (as docker run --env-file: everything "
                 "behind '=' as it is) or json (objects become folders). Default: json for *.json, else dotenv.")
      ->check(CLI::IsMember({"dotenv", "docker", "json"}));
  app.add_flag("--dry-run", options->dry_run, "Only say what would become of each value.");
  return [options](Session& session) { return run_import(session, *options); };
}

}  // namespace strongroom::cli
