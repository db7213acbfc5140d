#include "tests/fault/log_house.h"

#include <algorithm>

namespace strongroom::tests {

namespace audit = protocol::audit;

std::vector<audit::Event> events_from(client::Client& client, std::int64_t first) {
  std::vector<audit::Event> events;
  audit::ListRequest request;
  request.limit = 1000;
  do {
    auto page = client.call<audit::List>(request);
    if (!page) throw std::runtime_error("no list of events: " + page.error().message);
    for (auto& event : page->events)
      if (event.seq >= first) events.push_back(std::move(event));
    request.before = page->cursor && *page->cursor > first ? page->cursor : std::nullopt;
  } while (request.before);
  std::ranges::reverse(events);
  return events;
}

namespace {

bool is_result(const audit::Event& event) {
  return event.phase != "intent";
}

// Newest first.
std::vector<audit::Event> events_of(client::Client& client, std::int64_t first, const Told::Use& use) {
  audit::ListRequest request;
  request.action = use.action;
  if (!use.path.empty()) request.path = use.path;
  request.limit = 1000;
  auto page = client.call<audit::List>(request);
  if (!page) throw std::runtime_error("no list of events: " + page.error().message);
  std::erase_if(page->events, [&](const auto& event) { return event.seq < first; });
  return std::move(page->events);
}

void expect_used(client::Client& client, std::int64_t first, const Told::Use& use) {
  EXPECT_TRUE(std::ranges::any_of(events_of(client, first, use),
                                  [&](const auto& event) { return is_result(event) && event.result != "cancelled"; }))
      << use.action << " of " << use.path << " was answered and left no event";
}

// What the log says of the operation in the end: ok, cancelled, unknown, or nothing.
std::string result_of(client::Client& client, std::int64_t first, const Operation& operation) {
  for (const auto& event : events_of(client, first, {operation.action, operation.path}))
    if (is_result(event)) return event.result.value_or("");
  return {};
}

}  // namespace

void expect_events(client::Client& client, std::int64_t first, const Told& told, const Operation& operation) {
  const auto events = events_from(client, first);
  for (const auto& event : events) {
    if (event.phase != "intent") continue;
    EXPECT_EQ(std::ranges::count(events, std::optional(event.seq), &audit::Event::intent), 1)
        << "the intent " << event.seq << " of " << event.action.value_or("") << " has not one outcome";
  }
  for (const auto& use : told.uses) expect_used(client, first, use);
  if (*operation.action == '\0') return;
  const std::string result = result_of(client, first, operation);
  const auto happened = operation.happened(client);
  if (!happened) return;
  const bool acknowledged =
      std::ranges::any_of(told.uses, [&](const auto& use) { return use.action == operation.action; });
  EXPECT_TRUE(*happened || !acknowledged) << "what was acknowledged is lost";
  EXPECT_TRUE(result == "unknown" || *happened == (result == "ok")) << "the log says '" << result << "'";
}

void expect_verified(client::Client& client) {
  const auto verified = client.call<audit::Verify>({});
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_TRUE(verified->ok) << verified->problem.value_or("") << " at " << verified->sequence.value_or(-1);
  const auto status = status_of(client);
  ASSERT_TRUE(status.audit);
  EXPECT_FALSE(status.audit->problem) << *status.audit->problem;
}

void expect_log_goes_on(client::Client& client, const std::string& path) {
  expect_verified(client);
  const std::int64_t before = status_of(client).audit.value().entries;
  const auto version = put(client, path, "more");
  ASSERT_TRUE(version) << version.error().message;
  const auto found = get(client, path);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, "more");
  expect_used(client, before, {"secret.put", path});
  expect_used(client, before, {"secret.get", path});
  expect_verified(client);
}

}  // namespace strongroom::tests
