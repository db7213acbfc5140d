// What the daemon says of itself: io.strongroom.Service.
#include <unistd.h>

#include <algorithm>

#include "daemon/lifecycle/kept_security.h"
#include "daemon/lifecycle/lifecycle_service.h"

namespace strongroom::lifecycle {

using protocol::service::Empty;
using protocol::service::StoreState;

namespace {

protocol::service::Freshness wire_freshness(store::Freshness state) {
  switch (state) {
    case store::Freshness::pending:
      return protocol::service::Freshness::pending;
    case store::Freshness::verified:
      return protocol::service::Freshness::unverified;
    case store::Freshness::mismatch:
      return protocol::service::Freshness::mismatch;
  }
  return protocol::service::Freshness::pending;
}

}  // namespace

Result<protocol::service::InfoResponse> LifecycleService::handle(protocol::service::GetInfo, Empty&&) {
  return protocol::service::InfoResponse{
      .version = around_.version,
      .protocol = 2,
      .features = {"batch", "check-and-set", "freshness", "pipelining", "search", "watch"}};
}

Result<protocol::service::StatusResponse> LifecycleService::handle(protocol::service::GetStatus, Empty&&) {
  return status();
}

Result<protocol::service::SettingsResponse> LifecycleService::handle(protocol::service::GetSettings, Empty&&) {
  return protocol::service::SettingsResponse{around_.settings()};
}

void LifecycleService::handle(protocol::service::WatchStatus, Empty&&,
                              Completion<protocol::service::StatusResponse> last,
                              Stream<protocol::service::StatusResponse> stream) {
  const std::lock_guard guard(telling_);
  status_feed_.add(std::move(last), std::move(stream), status());
}

Result<Empty> LifecycleService::handle(protocol::service::Identify, protocol::service::IdentifyRequest&& request) {
  for (const auto& [text, field] : {std::pair(request.client, "client"), std::pair(request.reason, "reason")})
    if (text && std::ranges::any_of(*text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
      return make_error(ErrorCode::invalid_argument, "holds control characters", field);
  return Empty{};
}

void LifecycleService::tell_status() {
  const std::lock_guard guard(telling_);
  const auto now = status();
  if (now.security) note_security(*now.security);
  if (status_feed_.followed()) status_feed_.publish(now);
}

// With `telling_` held.
void LifecycleService::note_security(const protocol::service::SecurityStatus& security) {
  auto before = std::exchange(told_security_, security.level);
  if (!before && !around_.state.empty())
    if (const auto kept = read_kept_security(around_.state)) before = kept->level;
  if (before == security.level) return;
  keep(security);
  if (!before) return;
  const auto word = [](protocol::service::SecurityLevel level) {
    return std::string(protocol::EnumNames<protocol::service::SecurityLevel>::names[static_cast<std::size_t>(level)]);
  };
  std::string detail = word(*before) + " became " + word(security.level);
  for (const auto& point : security.points)
    if (point.level == security.level && point.level != protocol::service::SecurityLevel::secure)
      detail += "; " + point.why;
  around_.report("how safe the keys are: " + detail);
  around_.record("security.changed", detail, "ok");
}

void LifecycleService::keep(const protocol::service::SecurityStatus& security) const {
  if (around_.state.empty()) return;
  const Status kept = keep_security(around_.state, {security.level, security.method, clock_.now_ms()});
  if (!kept) around_.report("how safe the keys are cannot be kept over a stop: " + kept.error().message);
}

SecurityFacts LifecycleService::security_facts() const {
  SecurityFacts facts;
  facts.has_store = vault_.state() != vault::State::uninitialized;
  for (const auto& slot : vault_.slots()) facts.slots.push_back(slot.type);
  if (const auto slot = vault_.opened_by(); slot && opened_) facts.opened_by = slot->type;
  facts.memory_locked = around_.memory_locked;
  facts.storage_keeps = around_.storage_name != "memory";
  facts.sandbox_required = around_.sandbox_required;
  if (const auto audit = around_.audit_status()) facts.audit_works = !audit->problem;
  facts.masking_works = masking_works();
  if (around_.placing) facts.placing = around_.placing();
  facts.freshness = freshness_.state();
  facts.now_ms = clock_.now_ms();
  if (const auto keys = vault_.keys())
    for (const auto& key : *keys)
      if (key.current && key.kind != vault::KeyInfo::Kind::system && key.created_ms != 0)
        facts.oldest_key_ms = facts.oldest_key_ms == 0 ? key.created_ms : std::min(facts.oldest_key_ms, key.created_ms);
  return facts;
}

protocol::service::StatusResponse LifecycleService::status() const {
  protocol::service::StatusResponse status;
  status.state = state();
  status.version = around_.version;
  status.pid = getpid();
  status.uptime_s = (clock_.now_ms() - started_ms_) / 1000;
  if (status.state != StoreState::uninitialized) status.store_id = to_hex(vault_.store_id());
  status.storage = around_.storage_name;
  if (const auto health = store_.storage().health(false)) {
    status.storage_healthy = health->healthy;
    status.stored_bytes = static_cast<std::int64_t>(health->bytes);
    if (!health->healthy) status.problems.push_back(health->detail);
  } else {
    status.storage_healthy = false;
    status.problems.push_back(health.error().message);
  }
  if (opened_) status.freshness = wire_freshness(freshness_.state());
  if (const auto slot = vault_.opened_by(); slot && status.state == StoreState::unlocked)
    status.opened_by = std::string(name_of(slot->type)) + (slot->label.empty() ? "" : " (" + slot->label + ")");
  const auto slots = vault_.slots();
  status.slots = static_cast<std::int64_t>(slots.size());
  status.recovery_slot = std::ranges::any_of(slots, [](const auto& s) { return s.type == vault::SlotType::recovery; });
  status.memory_locked = around_.memory_locked;
  status.connections = static_cast<std::int64_t>(around_.connections());
  if (auto dropped = around_.dropped_clients(); !dropped.empty()) status.dropped_clients = std::move(dropped);
  status.audit = around_.audit_status();
  status.security = assess(security_facts());
  {
    const std::lock_guard guard(health_mutex_);
    if (last_health_) {
      status.health = last_health_->state;
      status.health_ms = last_health_ms_;
    }
  }
  if (status.audit && status.audit->problem)
    status.problems.push_back("the audit log takes no event, so nothing is revealed or changed: " +
                              *status.audit->problem);
  if (around_.placing && around_.placing().development)
    status.problems.emplace_back("this is development mode: values may be stored as plain text");
  if (!status.memory_locked) status.problems.emplace_back("keys may reach swap space, as the configuration allows");
  if (const auto report = vault_.header_report(); !report.problem.empty()) status.problems.push_back(report.problem);
  if (status.state == StoreState::unlocked && !status.recovery_slot)
    status.problems.emplace_back("there is no recovery code yet; 'strongroom init' makes one");
  for (auto& problem : around_.plugin_problems()) status.problems.push_back(std::move(problem));
  const std::lock_guard guard(problems_mutex_);
  status.problems.insert(status.problems.end(), problems_.begin(), problems_.end());
  status.problems.insert(status.problems.end(), opening_problems_.begin(), opening_problems_.end());
  return status;
}

void LifecycleService::add_opening_problem(std::string sentence) {
  const std::lock_guard guard(problems_mutex_);
  opening_problems_.push_back(std::move(sentence));
}

void LifecycleService::forget_opening_problems() {
  const std::lock_guard guard(problems_mutex_);
  opening_problems_.clear();
}

void LifecycleService::add_problem(std::string sentence) {
  {
    const std::lock_guard guard(problems_mutex_);
    if (std::ranges::find(problems_, sentence) != problems_.end()) return;
    problems_.push_back(std::move(sentence));
  }
  tell_status();
}

}  // namespace strongroom::lifecycle
