// The part of LifecycleService that looks at the health of the daemon, and mends what is safe to mend.
#include <algorithm>

#include "daemon/lifecycle/lifecycle_service.h"

namespace strongroom::lifecycle {

namespace wire = protocol::service;

namespace {

std::string word_of(wire::HealthState state) {
  return std::string(protocol::EnumNames<wire::HealthState>::names[static_cast<std::size_t>(state)]);
}

}  // namespace

wire::HealthResponse LifecycleService::look() {
  auto health = examine(around_.health_checks());
  note_health(health);
  return health;
}

// What is bad at the first look is news too.
void LifecycleService::note_health(const wire::HealthResponse& health) {
  std::vector<std::string> changes;
  {
    const std::lock_guard guard(health_mutex_);
    for (const auto& check : health.checks) {
      auto before = wire::HealthState::healthy;
      if (last_health_)
        for (const auto& last : last_health_->checks)
          if (last.name == check.name) before = last.state;
      if (before != check.state) changes.push_back(check.name + " is " + word_of(check.state) + ": " + check.detail);
    }
    last_health_ = health;
    last_health_ms_ = clock_.now_ms();
  }
  if (changes.empty()) return;
  for (const auto& change : changes) {
    around_.report("health: " + change);
    around_.record("health.changed", change, "ok");
  }
  tell_status();
}

void LifecycleService::look_at_health() {
  (void)look();
  const std::lock_guard guard(telling_);
  if (const auto now = status(); now.security) keep(*now.security);
}

void LifecycleService::handle(wire::GetHealth, wire::Empty&&, Completion<wire::HealthResponse> completion) {
  if (!around_.run_look([this, completion] { completion(look()); }))
    completion(make_error(ErrorCode::busy, "too many looks are waiting"));
}

void LifecycleService::handle(wire::Mend, wire::MendRequest&& request, Completion<wire::HealthCheck> completion) {
  auto work = [this, name = std::move(request.name), completion] {
    const auto checks = around_.health_checks();
    const auto check = std::ranges::find(checks, name, &HealthCheck::name);
    if (check == checks.end())
      return completion(make_error(ErrorCode::not_found, "there is no such look; GetHealth names them", "name"));
    if (!check->mend || !examine(*check).mends)
      return completion(
          make_error(ErrorCode::conflict, "there is nothing that can be mended without a person", "name"));
    if (const Status mended = check->mend(); !mended) return completion(mended.error());
    auto again = examine(*check);
    (void)look();
    completion(std::move(again));
  };
  if (!around_.run_look(std::move(work))) completion(make_error(ErrorCode::busy, "too many looks are waiting"));
}

}  // namespace strongroom::lifecycle
