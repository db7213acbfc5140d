// search and stale.
#include <memory>

#include <strongroom/protocol/methods/secret.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/duration.h"
#include "client/cli/output.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace wire = protocol::secret;

namespace {

struct Options {
  std::string text;
  std::string folder;
  std::vector<std::string> labels;
  std::string expires_in;
  std::int64_t days = 90;
  bool deleted = false;
};

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

void print_found(const std::vector<wire::FoundSecret>& found) {
  if (!stdout_is_terminal()) {
    for (const auto& secret : found) print(neutralised(secret.path) + "\n");
    return;
  }
  if (found.empty()) return print_error("Nothing found.\n");
  std::vector<std::vector<std::string>> rows{{"path", "version", "updated", "last read", "labels"}};
  for (const auto& secret : found)
    rows.push_back({secret.path + (secret.deleted ? "  (deleted)" : ""), std::to_string(secret.version),
                    local_time(secret.updated_ms), secret.last_read_ms ? local_time(*secret.last_read_ms) : "never",
                    joined(secret.labels.value_or(std::vector<std::string>{}))});
  print_paged(as_table(rows));
}

int search(Session& session, wire::SearchRequest request) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  std::vector<wire::FoundSecret> found;
  do {
    auto page = (*client)->call<wire::Search>(request);
    if (!page) return session.fail(page.error());
    request.cursor = std::move(page->cursor);
    std::ranges::move(page->secrets, std::back_inserter(found));
  } while (request.cursor);
  if (!session.options().json) {
    print_found(found);
    return 0;
  }
  WipedString json(wiped_heap());
  protocol::JsonWriter writer(json);
  writer.begin_array();
  for (const auto& secret : found) protocol::encode(secret, writer);
  writer.end_array();
  json.push_back('\n');
  print(json);
  return 0;
}

int run_search(Session& session, const Options& options) {
  if (options.text.empty() && options.labels.empty() && options.expires_in.empty())
    return session.fail(make_error(ErrorCode::invalid_argument, "say what to search: a text, --label or --expires-in"));
  wire::SearchRequest request;
  if (!options.text.empty()) request.text = options.text;
  if (!options.labels.empty()) request.labels = options.labels;
  if (!options.folder.empty()) request.prefix = options.folder;
  request.deleted = options.deleted;
  if (!options.expires_in.empty()) {
    const auto span = parse_duration(options.expires_in);
    if (!span) return session.fail(span.error());
    request.expires_before_ms = now_ms() + *span;
  }
  return search(session, std::move(request));
}

int run_stale(Session& session, const Options& options) {
  constexpr std::int64_t k_day = 24LL * 3600 * 1000;
  wire::SearchRequest request;
  if (!options.folder.empty()) request.prefix = options.folder;
  request.not_read_since_ms = std::max<std::int64_t>(now_ms() - options.days * k_day, 0);
  return search(session, std::move(request));
}

}  // namespace

std::function<int(Session&)> prepare_secret_search(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("text", options->text, "Part of the path or of a label, in whatever case.");
  app.add_option("--in", options->folder, "Folder to search; everything by default.");
  app.add_option("--label", options->labels, "Label that it must have. May be repeated.")->allow_extra_args(false);
  app.add_option("--expires-in", options->expires_in, "Only what has expired or expires within this time, like 30d.");
  app.add_flag("--deleted", options->deleted, "Find deleted secrets too.");
  return [options](Session& session) { return run_search(session, *options); };
}

std::function<int(Session&)> prepare_secret_stale(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("folder", options->folder, "Folder to look at; everything by default.");
  app.add_option("--days", options->days, "Days without being read or written. Default: 90.")
      ->check(CLI::Range(0, 36500));
  return [options](Session& session) { return run_stale(session, *options); };
}

}  // namespace strongroom::cli
