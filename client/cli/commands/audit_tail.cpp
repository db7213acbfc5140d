// audit tail: the newest events, and those that follow.
#include <algorithm>
#include <memory>

#include <strongroom/protocol/methods/audit.h>
#include <CLI/CLI.hpp>

#include "client/cli/audit_events.h"
#include "client/cli/command.h"
#include "client/cli/output.h"
#include "client/cli/print_json.h"

namespace strongroom::cli {

namespace wire = protocol::audit;

namespace {

struct Options {
  bool follow = false;
  std::int64_t count = 10;
};

// The last `count` events before that number, oldest first.
Result<std::vector<wire::Event>> last_events(client::Client& client, std::int64_t count,
                                             std::optional<std::int64_t> before) {
  if (count == 0) return std::vector<wire::Event>();
  wire::ListRequest request;
  request.before = before;
  request.limit = count;
  STRONGROOM_ASSIGN(auto page, client.call<wire::List>(request));
  std::ranges::reverse(page.events);
  return std::move(page.events);
}

int tail(Session& session, const Options& options) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto events = last_events(**client, options.count, std::nullopt);
  if (!events) return session.fail(events.error());
  if (session.options().json) {
    print_json(wire::ListResponse{*events, {}});
    return 0;
  }
  std::vector<std::vector<std::string>> rows{event_heading()};
  for (const auto& event : *events) rows.push_back(event_row(event));
  print_paged(as_table(rows));
  return 0;
}

// The stream begins by saying which entry it begins with; what was before is asked for beside it.
int follow(Session& session, const Options& options) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto show = [&](const wire::Event& event) {
    if (session.options().json)
      print_json(event);
    else
      print(event_line(event));
    return !output_failed();
  };
  Status before;
  const Status ended = (*client)->call_streaming<wire::Tail>({}, [&](const wire::Event& event) {
    if (event.type != "start") return show(event);
    auto beside = session.another_client();
    const auto events =
        beside ? last_events(*beside, options.count, event.seq) : Result<std::vector<wire::Event>>(beside.error());
    if (!events) {
      before = events.error();
      return false;
    }
    for (const auto& one : *events) show(one);
    session.note("Following the log. Ctrl-C ends it.");
    return !output_failed();
  });
  if (!before) return session.fail(before.error());
  return ended ? 0 : session.fail(ended.error());
}

}  // namespace

std::function<int(Session&)> prepare_audit_tail(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_flag("-f,--follow", options->follow, "Go on with what happens. With --json: one document a line.");
  app.add_option("-n,--lines", options->count, "How many of the newest events to begin with. Default: 10.")
      ->check(CLI::Range(0, 1000));
  return [options](Session& session) { return options->follow ? follow(session, *options) : tail(session, *options); };
}

}  // namespace strongroom::cli
