// secret history: the versions of a secret, and who read and wrote it lately.
#include <algorithm>
#include <memory>

#include <strongroom/protocol/methods/audit.h>
#include <strongroom/protocol/methods/secret.h>
#include <CLI/CLI.hpp>

#include "client/cli/audit_events.h"
#include "client/cli/command.h"
#include "client/cli/output.h"
#include "client/cli/print_json.h"

namespace strongroom::cli {

namespace {

using protocol::audit::Event;

constexpr std::size_t k_shown = 20;
constexpr std::int64_t k_looked_at = 200;

// Looking at the history is neither reading nor writing, and of a write the outcome says all.
bool is_told(const Event& event, const std::vector<Event>& all) {
  if (event.action == "secret.get_history" || event.action == "audit.list") return false;
  return event.phase != "intent" ||
         std::ranges::none_of(all, [&](const Event& other) { return other.intent == event.seq; });
}

// Nothing when the log cannot be read: the versions are worth showing without it.
std::vector<Event> events_about(client::Client& client, const std::string& path) {
  protocol::audit::ListRequest request;
  request.path = path;
  request.limit = k_looked_at;
  const auto page = client.call<protocol::audit::List>(request);
  std::vector<Event> told;
  if (!page) return told;
  for (const auto& event : page->events)
    if (told.size() < k_shown && is_told(event, page->events)) told.push_back(event);
  return told;
}

// The protocol's answer and "events" behind it.
void print_both(const protocol::JsonValue& history, const std::vector<Event>& events) {
  WipedString text(wiped_heap());
  protocol::JsonWriter writer(text);
  writer.begin_object();
  for (const auto& member : history.object()) writer.key(member.name).value(member.value);
  writer.key("events").begin_array();
  for (const auto& event : events) protocol::encode(event, writer);
  writer.end_array().end_object();
  text.push_back('\n');
  print(text);
}

int run_history(Session& session, const std::string& path) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto answer = (*client)->call<protocol::secret::GetHistory>({.path = path});
  if (!answer) return session.fail(answer.error());
  const auto events = events_about(**client, path);
  WipedString json(wiped_heap());
  protocol::JsonWriter writer(json);
  protocol::encode(*answer, writer);
  protocol::JsonDocument document;
  if (auto parsed = document.parse(json); !parsed) return session.fail(parsed.error());
  if (session.options().json) {
    print_both(document.root(), events);
    return 0;
  }
  std::string text = as_text(protocol::describe<protocol::secret::HistoryResponse>(), document.root());
  if (!events.empty()) {
    std::vector<std::vector<std::string>> rows{event_heading()};
    for (const auto& event : events) rows.push_back(event_row(event));
    text += "read and written lately:\n" + as_table(rows);
  }
  print(text);
  return 0;
}

}  // namespace

std::function<int(Session&)> prepare_secret_history(CLI::App& app) {
  auto path = std::make_shared<std::string>();
  app.add_option("path", *path, "Path of the secret.")->required();
  return [path](Session& session) { return run_history(session, *path); };
}

}  // namespace strongroom::cli
