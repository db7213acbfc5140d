// audit list, show, summary: what the log says.
#include <memory>

#include <strongroom/protocol/methods/audit.h>
#include <CLI/CLI.hpp>

#include "client/cli/audit_events.h"
#include "client/cli/command.h"
#include "client/cli/duration.h"
#include "client/cli/output.h"
#include "client/cli/print_json.h"
#include "client/cli/shell_words.h"

namespace strongroom::cli {

namespace wire = protocol::audit;

namespace {

struct Options {
  std::string since;
  std::string until;
  std::string actor;
  std::string action;
  std::string path;
  std::string decision;
  std::optional<std::int64_t> request;
  std::optional<std::int64_t> before;
  std::int64_t limit = 50;
  bool records = false;
  bool all = false;
  std::int64_t sequence = 0;
};

Result<std::optional<std::int64_t>> moment(const std::string& text, const char* option) {
  if (text.empty()) return std::optional<std::int64_t>();
  const auto parsed = parse_moment(text);
  if (!parsed) return make_error(parsed.error().code, std::string(option) + ": " + parsed.error().message);
  return std::optional(*parsed);
}

std::optional<std::string> given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

Result<wire::ListRequest> request_of(const Options& options) {
  wire::ListRequest request;
  STRONGROOM_ASSIGN(request.since_ms, moment(options.since, "--since"));
  STRONGROOM_ASSIGN(request.until_ms, moment(options.until, "--until"));
  request.actor = given(options.actor);
  request.action = given(options.action);
  request.path = given(options.path);
  if (!options.decision.empty())
    request.decision = options.decision == "denied" ? wire::Decision::denied : wire::Decision::allowed;
  request.request = options.request;
  request.before = options.before;
  request.limit = options.limit;
  if (options.records) request.records = true;
  return request;
}

// The command that shows what comes next.
std::string next_page(const Options& options, std::int64_t cursor) {
  std::string command = "strongroom audit list";
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) command += std::string(" ") + option + " " + shell_word(value);
  };
  add("--since", options.since);
  add("--until", options.until);
  add("--actor", options.actor);
  add("--action", options.action);
  add("--path", options.path);
  add("--decision", options.decision);
  if (options.request) command += " --request " + std::to_string(*options.request);
  if (options.records) command += " --records";
  if (options.limit != Options().limit) command += " --limit " + std::to_string(options.limit);
  return command + " --before " + std::to_string(cursor);
}

int run_list(Session& session, const Options& options) {
  auto request = request_of(options);
  if (!request) return session.fail(request.error());
  auto client = session.client();
  if (!client) return session.fail(client.error());
  wire::ListResponse answer;
  do {
    auto page = (*client)->call<wire::List>(*request);
    if (!page) return session.fail(page.error());
    std::ranges::move(page->events, std::back_inserter(answer.events));
    answer.cursor = request->before = page->cursor;
  } while (options.all && answer.cursor);
  if (session.options().json) {
    print_json(answer);
    return 0;
  }
  if (answer.events.empty()) {
    session.note("The log holds no such event.");
    return 0;
  }
  std::vector<std::vector<std::string>> rows{event_heading()};
  for (const auto& event : answer.events) rows.push_back(event_row(event));
  print_paged(as_table(rows));
  if (answer.cursor) session.note("There is more: " + next_page(options, *answer.cursor));
  return 0;
}

int run_show(Session& session, const Options& options) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto event = (*client)->call<wire::Get>({.seq = options.sequence});
  if (!event) return session.fail(event.error());
  if (session.options().json) {
    print_json(*event);
    return 0;
  }
  WipedString json(wiped_heap());
  protocol::JsonWriter writer(json);
  protocol::encode(*event, writer);
  protocol::JsonDocument document;
  if (auto parsed = document.parse(json); !parsed) return session.fail(parsed.error());
  print(event_text(document.root()));
  return 0;
}

std::string counted(const char* title, const std::vector<wire::Count>& counts) {
  if (counts.empty()) return "";
  std::vector<std::vector<std::string>> rows{{title, "events", "denied", "failed"}};
  for (const auto& count : counts)
    rows.push_back(
        {count.name, std::to_string(count.events), std::to_string(count.denied), std::to_string(count.failed)});
  return "\n" + as_table(rows);
}

int run_summary(Session& session, const Options& options) {
  wire::SummaryRequest request;
  const auto since = moment(options.since, "--since");
  const auto until = moment(options.until, "--until");
  if (!since || !until) return session.fail(since ? until.error() : since.error());
  request.since_ms = *since;
  request.until_ms = *until;
  auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto answer = (*client)->call<wire::GetSummary>(request);
  if (!answer) return session.fail(answer.error());
  if (session.options().json) {
    print_json(*answer);
    return 0;
  }
  const std::string since_words = options.since.empty() ? " in the last 30 days" : "";
  print_paged(std::to_string(answer->events) + (answer->events == 1 ? " event" : " events") + since_words + "\n" +
              counted("actor", answer->actors) + counted("action", answer->actions) +
              counted("object", answer->objects) + counted("day (UTC)", answer->days));
  return 0;
}

void add_span(CLI::App& app, Options& options) {
  app.add_option("--since", options.since,
                 "Only from this time on: 2026-11-22, 2026-11-22T10:30, or 2h for a time ago.");
  app.add_option("--until", options.until, "Only before this time.");
}

}  // namespace

std::function<int(Session&)> prepare_audit_list(CLI::App& app) {
  auto options = std::make_shared<Options>();
  add_span(app, *options);
  app.add_option("--actor", options->actor, "Only of this actor, such as uid:1000.");
  app.add_option("--action", options->action, "Only this action, such as secret.get.");
  app.add_option("--path", options->path, "Only about the secret or other object of this name.");
  app.add_option("--decision", options->decision, "Only what was allowed, or denied.")
      ->check(CLI::IsMember({"allowed", "denied"}));
  app.add_option("--request", options->request, "Only of the request of this number, as errors tell it.")
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--records", options->records, "The log's own records too: keys, epochs, skips.");
  app.add_option("-n,--limit", options->limit, "Events of a page. Default: 50.")->check(CLI::Range(1, 1000));
  app.add_option("--before", options->before, "Only entries with a lower number; how the page before says to go on.")
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--all", options->all, "All pages at once.");
  return [options](Session& session) { return run_list(session, *options); };
}

std::function<int(Session&)> prepare_audit_show(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("entry", options->sequence, "Number of the entry.")->required()->check(CLI::NonNegativeNumber);
  return [options](Session& session) { return run_show(session, *options); };
}

std::function<int(Session&)> prepare_audit_summary(CLI::App& app) {
  auto options = std::make_shared<Options>();
  add_span(app, *options);
  return [options](Session& session) { return run_summary(session, *options); };
}

}  // namespace strongroom::cli
