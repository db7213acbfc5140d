// export bundle: one file for each subject, in a zip archive with a summary.
#include <algorithm>
#include <ctime>
#include <memory>

#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/duration.h"
#include "client/cli/export_rows.h"
#include "client/cli/new_file.h"
#include "client/cli/terminal.h"
#include "client/cli/zip_file.h"

namespace strongroom::cli {

namespace wire = protocol::export_;

namespace {

constexpr auto& k_subjects = protocol::EnumNames<wire::Subject>::names;

struct Options {
  std::string output;
  std::string format = "xlsx";
  bool force = false;
  std::string since;
  std::string until;
  std::string below;
  std::vector<std::string> recipients;
  std::vector<std::string> only;
};

// One file of the archive, or why it is not there.
struct Item {
  std::string name;
  std::int64_t rows = 0;
  std::string sha256;
  std::string problem;
};

std::string moment(std::time_t time) {
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &utc);
  return {text, size};
}

Result<wire::RunRequest> request_of(const Options& options, wire::Subject what) {
  wire::RunRequest request;
  request.what = what;
  request.format = options.format;
  if (what == wire::Subject::audit && !options.since.empty()) {
    STRONGROOM_ASSIGN(request.since_ms, parse_moment(options.since));
  }
  if (what == wire::Subject::audit && !options.until.empty()) {
    STRONGROOM_ASSIGN(request.until_ms, parse_moment(options.until));
  }
  if (what == wire::Subject::secrets && !options.below.empty()) request.prefix = options.below;
  if (!options.recipients.empty()) request.recipients = options.recipients;
  return request;
}

// Into a file without a name beside the archive, and from there into it.
Result<Item> add_item(Session& session, const Options& options, wire::Subject what, ZipFile& archive,
                      std::time_t time) {
  Item item{.name = std::string(k_subjects[static_cast<std::size_t>(what)]) + "." + options.format};
  if (!options.recipients.empty()) item.name += ".age";
  STRONGROOM_ASSIGN(const auto request, request_of(options, what));
  STRONGROOM_ASSIGN(const auto file, NewFile::create(options.output + "." + item.name, Overwrite::yes));
  const auto last = run_export_into(session, request, file.descriptor(), "Exporting " + item.name);
  if (!last) {
    // What is wrong with this one alone; without a daemon there is nothing to go on with.
    if (last.error().code == ErrorCode::unreachable || last.error().code == ErrorCode::locked) return last.error();
    const Error& error = last.error();
    item.problem = error.subject.empty() ? error.message : "'" + error.subject + "' " + error.message;
    return item;
  }
  item.rows = last->rows;
  item.sha256 = last->sha256.value_or("");
  STRONGROOM_CHECK(archive.add_file(item.name, file.descriptor(), time));
  return item;
}

std::size_t failed(const std::vector<Item>& items) {
  return static_cast<std::size_t>(std::ranges::count_if(items, [](const Item& item) { return !item.problem.empty(); }));
}

std::string summary_of(const std::vector<Item>& items, std::time_t time) {
  std::int64_t rows = 0;
  for (const auto& item : items) rows += item.rows;
  std::string out = "Strongroom: what is stored and what happened\n\nMade:    " + moment(time) +
                    "\nFiles:   " + std::to_string(items.size() - failed(items)) +
                    "\nFailed:  " + std::to_string(failed(items)) + "\nRows:    " + std::to_string(rows) + "\n\n";
  for (const auto& item : items)
    out += item.problem.empty()
               ? item.name + "\n  rows     " + std::to_string(item.rows) + "\n  SHA-256  " + item.sha256 + "\n"
               : item.name + "\n  failed   " + item.problem + "\n";
  return out;
}

Result<std::vector<Item>> make_bundle(Session& session, const Options& options) {
  const std::time_t time = std::time(nullptr);
  STRONGROOM_ASSIGN(auto file, NewFile::create(options.output, options.force ? Overwrite::yes : Overwrite::no));
  STRONGROOM_ASSIGN(auto archive, ZipFile::begin(file.descriptor()));
  std::vector<Item> items;
  for (std::size_t i = 0; i < k_subjects.size(); ++i) {
    const bool wanted = options.only.empty() || std::ranges::find(options.only, k_subjects[i]) != options.only.end();
    if (!wanted) continue;
    STRONGROOM_ASSIGN(items.emplace_back(), add_item(session, options, static_cast<wire::Subject>(i), archive, time));
  }
  if (failed(items) == items.size())
    return make_error(ErrorCode::invalid_argument, "nothing could be exported: " + items.front().problem);
  STRONGROOM_CHECK(archive.add_text("summary.txt", summary_of(items, time), time));
  STRONGROOM_CHECK(archive.end());
  STRONGROOM_CHECK(file.keep());
  return items;
}

int run_bundle(Session& session, const Options& options) {
  const auto items = make_bundle(session, options);
  if (!items) return session.fail(items.error());
  if (!session.options().quiet)
    for (const auto& item : *items)
      if (item.problem.empty()) print(neutralised(item.name) + ": " + std::to_string(item.rows) + " rows\n");
  for (const auto& item : *items)
    if (!item.problem.empty())
      print_error("strongroom: " + item.name + " was left out: " + neutralised(item.problem) + "\n");
  if (failed(*items) != 0) return static_cast<int>(ExitCode::failed);
  if (!session.options().quiet) print("The archive is " + neutralised(options.output) + ".\n");
  return 0;
}

}  // namespace

std::function<int(Session&)> prepare_export_bundle(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("what", options->only, "audit, secrets, plugins, status; several. Default: all.")
      ->check(CLI::IsMember({"audit", "secrets", "plugins", "status"}));
  app.add_option("-o,--output", options->output, "The zip archive to make.")->required();
  app.add_option("-f,--format", options->format, "The format of the files in it. Default: xlsx.");
  app.add_flag("--force", options->force, "Replaces an archive that exists.");
  app.add_option("--since", options->since, "Events only from this time on: 2026-11-22, \"2026-11-22 10:30\", 7d.");
  app.add_option("--until", options->until, "Events only before this time.");
  app.add_option("--below", options->below, "Secrets only below this folder.");
  app.add_option(
      "--recipient", options->recipients,
      "An age recipient, 'age1...'; several times. Each file in the archive can then be opened by them alone.");
  return [options](Session& session) { return run_bundle(session, *options); };
}

}  // namespace strongroom::cli
