// The part of LifecycleService that gives the store new keys.
#include <chrono>

#include "daemon/lifecycle/lifecycle_service.h"
#include "daemon/lifecycle/store_identity.h"

namespace strongroom::lifecycle {

namespace wire = protocol::vault;
using protocol::service::Empty;

namespace {

wire::Key wire_key(const vault::KeyInfo& key) {
  using Kind = vault::KeyInfo::Kind;
  const auto kind = key.kind == Kind::root         ? wire::KeyKind::root
                    : key.kind == Kind::name_space ? wire::KeyKind::name_space
                                                   : wire::KeyKind::system;
  wire::Key out{.kind = kind, .name = key.name, .version = static_cast<std::int64_t>(key.version)};
  if (key.created_ms != 0) out.created_ms = key.created_ms;
  out.current = key.current;
  return out;
}

}  // namespace

Result<wire::ListKeysResponse> LifecycleService::handle(wire::ListKeys, Empty&&) {
  wire::ListKeysResponse response;
  STRONGROOM_ASSIGN(const auto keys, vault_.keys());
  for (const auto& key : keys) {
    response.keys.push_back(wire_key(key));
    response.keys.back().due_ms = due_ms(key);
  }
  const std::lock_guard guard(rewrap_mutex_);
  if (!rewrap_state_) return response;
  wire::Rewrapping& told = response.rewrapping.emplace();
  told.running = rewrap_state_->running;
  told.rows = static_cast<std::int64_t>(rewrap_state_->rows);
  told.rewrapped = static_cast<std::int64_t>(rewrap_state_->rewrapped);
  if (const auto health = store_.storage().health(false)) told.of = static_cast<std::int64_t>(health->rows);
  if (!rewrap_state_->problem.empty()) told.problem = rewrap_state_->problem;
  return response;
}

Status LifecycleService::rotate_key(const wire::RotateKeyRequest& request) {
  if (request.name && request.kind != wire::KeyKind::name_space)
    return make_error(ErrorCode::invalid_argument, "belongs to keys of name spaces", "name");
  if (request.kind == wire::KeyKind::system)
    return make_error(ErrorCode::invalid_argument,
                      "system keys stay as long as the store lives: names and the log hang on them", "kind");
  if (request.kind == wire::KeyKind::audit) return around_.renew_log_key();
  STRONGROOM_CHECK(request.kind == wire::KeyKind::root ? vault_.rotate_root()
                                                       : vault_.rotate_kek(request.name.value_or("default")));
  note_header_change();
  begin_rewrapping();
  return {};
}

void LifecycleService::handle(wire::RotateKey, wire::RotateKeyRequest&& request, Completion<Empty> completion) {
  around_.run_slow([this, request = std::move(request), completion = std::move(completion)] {
    const std::lock_guard guard(changing_);
    const Status status = rotate_key(request);
    tell_status();
    completion(status ? Result<Empty>(Empty{}) : Result<Empty>(status.error()));
  });
}

// A key whose age is not known came with a store of an earlier version, and is due at once.
std::optional<std::int64_t> LifecycleService::due_ms(const vault::KeyInfo& key) const {
  using Kind = vault::KeyInfo::Kind;
  if (!around_.rotation || !key.current || key.kind == Kind::system) return std::nullopt;
  const RotationPlan plan = around_.rotation();
  const std::int64_t age = key.kind == Kind::root ? plan.root_ms : plan.name_space_ms;
  if (age == 0) return std::nullopt;
  return key.created_ms + age;
}

void LifecycleService::rotate_what_is_due() {
  const std::lock_guard guard(changing_);
  const auto keys = vault_.keys();
  if (!opened_ || !keys || vault_.has_old_keks()) return;
  for (const auto& key : *keys) {
    const auto due = due_ms(key);
    if (!due || *due > clock_.now_ms()) continue;
    const bool root = key.kind == vault::KeyInfo::Kind::root;
    wire::RotateKeyRequest request{.kind = root ? wire::KeyKind::root : wire::KeyKind::name_space};
    if (!root) request.name = key.name;
    const std::string what = root ? "the root key" : "the key of the name space '" + key.name + "'";
    const Status done = rotate_key(request);
    around_.report(done ? what + " was old and has been exchanged"
                        : what + " is old and could not be exchanged: " + done.error().message);
    around_.record("vault.rotate_key", what + " by its age", done ? "ok" : error_info(done.error().code).name);
  }
  tell_status();
}

// With `changing_` held. One that is under way begins anew, which passes over what it has done.
void LifecycleService::begin_rewrapping() {
  if (!vault_.has_old_keks()) return;
  rewrapping_ = {};
  told_of_rewrapping({.running = true});
  rewrapping_ = std::jthread([this](std::stop_token stop) { rewrap(stop); });
}

void LifecycleService::told_of_rewrapping(const RewrapState& state) {
  const std::lock_guard guard(rewrap_mutex_);
  rewrap_state_ = state;
}

void LifecycleService::rewrap(std::stop_token stop) {
  RewrapState state{.running = true};
  Status done = around_.rewrap_rows(stop, [&](std::uint64_t rows, std::uint64_t rewrapped) {
    state.rows = rows;
    state.rewrapped = rewrapped;
    told_of_rewrapping(state);
  });
  if (done) done = finish_rewrapping(stop);
  state.running = false;
  if (!done && !stop.stop_requested()) {
    state.problem = done.error().message;
    around_.report("the older keys stay, because not all could be wrapped anew: " + state.problem);
    around_.record("vault.forget_old_keys", state.problem, error_info(done.error().code).name);
  }
  told_of_rewrapping(state);
  if (!stop.stop_requested()) tell_status();
}

// What the store keeps for itself is sealed anew by writing it; then nothing is left under an older key. Whoever holds
// `changing_` may be waiting for this thread to end.
Status LifecycleService::finish_rewrapping(std::stop_token stop) {
  constexpr std::chrono::milliseconds k_between{5};
  std::unique_lock guard(changing_, std::defer_lock);
  while (!guard.try_lock()) {
    if (stop.stop_requested()) return make_error(ErrorCode::cancelled, "the rewrapping was interrupted");
    std::this_thread::sleep_for(k_between);
  }
  STRONGROOM_CHECK(write_identity(store_, vault_));
  STRONGROOM_CHECK(freshness_.raise_generation(store_, 0));
  STRONGROOM_CHECK(vault_.forget_old_keks());
  note_header_change();
  around_.record("vault.forget_old_keys", "all is wrapped anew", "ok");
  return {};
}

}  // namespace strongroom::lifecycle
