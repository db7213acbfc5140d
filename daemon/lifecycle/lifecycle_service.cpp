#include "daemon/lifecycle/lifecycle_service.h"

#include <algorithm>

#include <strongroom/protocol/secrets_in.h>

#include "daemon/lifecycle/audit_opening.h"
#include "daemon/lifecycle/store_identity.h"

namespace strongroom::lifecycle {

namespace wire = protocol::vault;
using protocol::service::Empty;
using protocol::service::StoreState;

namespace {

constexpr std::string_view k_key_file_notice =
    "The key file protects copies of the data folder, such as backups and synchronised folders; it does not protect "
    "against somebody who can read the disk that it lies on.";

constexpr std::string_view k_changed =
    "rows of the store were changed outside Strongroom; nothing is read from it or written to it until "
    "'strongroom unlock --accept-changes'";

// What a person types, and can guess.
bool is_given(const wire::UnlockRequest& request) {
  return request.passphrase || request.recovery_code || request.shares;
}

}  // namespace

LifecycleService::LifecycleService(vault::Vault& vault, vault::KeyArena& arena, store::Store& store,
                                   store::FreshnessTracker& freshness, audit::AuditLog& log, const Clock& clock,
                                   Surroundings surroundings)
    : vault_(vault),
      arena_(arena),
      store_(store),
      freshness_(freshness),
      log_(log),
      clock_(clock),
      around_(std::move(surroundings)),
      started_ms_(clock.now_ms()) {}

LifecycleService::~LifecycleService() {
  stop_check();
}

void LifecycleService::stop_check() {
  for (auto* thread : {&check_, &log_retry_, &rewrapping_}) {
    thread->request_stop();
    if (thread->joinable()) thread->join();
  }
}

// Unlocked keys over a store that is not checked yet count as locked.
StoreState LifecycleService::state() const noexcept {
  if (opened_) return StoreState::unlocked;
  return vault_.state() == vault::State::uninitialized ? StoreState::uninitialized : StoreState::locked;
}

Status LifecycleService::start(bool make) {
  const std::lock_guard guard(changing_);
  if (vault_.state() == vault::State::uninitialized) {
    if (!make) return {};
    wire::InitRequest request;
    request.recovery = false;
    const auto made = init(request);
    // A machine without an id cannot have a key file; a person can still make the store with a passphrase.
    if (!made && made.error().code == ErrorCode::invalid_argument) {
      add_problem(made.error().message);
      around_.report("no store was made: " + made.error().message);
      return {};
    }
    if (!made) return made.error();
    around_.record("vault.init", "at the first start, without a person", "ok");
    around_.report("made a new store; 'strongroom init' adds its recovery code");
    return {};
  }
  if (vault_.lock_is_held()) {
    around_.report("the store was locked by hand and stays so until 'strongroom unlock'");
    return {};
  }
  Status opened = vault_.unlock_unattended();
  if (opened) opened = after_unlock(false);
  around_.record("vault.unlock", "at start, without a person", opened ? "ok" : error_info(opened.error().code).name);
  if (!opened) {
    add_opening_problem(opened.error().message);
    around_.report("the store stays locked: " + opened.error().message);
  }
  return {};
}

void LifecycleService::stop() {
  const std::lock_guard guard(changing_);
  if (auto status = lock(false); !status) around_.report("at stop: " + status.error().message);
}

// A new store is unconfirmed from the header's first write to the identity's commit; what fails between leaves nothing.
Result<wire::InitResponse> LifecycleService::init(wire::InitRequest& request) {
  vault::CreateOptions options;
  options.passphrase = std::move(request.passphrase);
  options.key_file = request.key_file.value_or(true);
  options.recovery = request.recovery.value_or(true);
  wire::InitResponse response;
  response.notice = options.key_file ? k_key_file_notice : "The store opens only with its passphrase or recovery code.";
  STRONGROOM_ASSIGN(response.recovery_code, vault_.create(std::move(options)));
  Status finished = after_unlock(false);
  if (finished) return response;
  if (auto discarded = vault_.discard_unconfirmed(); !discarded) around_.report(discarded.error().message);
  return std::move(finished).error();
}

void LifecycleService::handle(wire::Init, wire::InitRequest&& request, Completion<wire::InitResponse> completion) {
  auto shared = std::make_shared<wire::InitRequest>(std::move(request));
  around_.run_slow([this, shared, completion = std::move(completion)] {
    const std::lock_guard guard(changing_);
    completion(init(*shared));
    tell_status();
  });
}

Status LifecycleService::open_with(const wire::UnlockRequest& request) {
  if (request.passphrase) return vault_.unlock_with_passphrase(*request.passphrase);
  if (request.recovery_code) return vault_.unlock_with_recovery_code(*request.recovery_code);
  if (request.shares) return vault_.unlock_with_shares(*request.shares);
  return vault_.unlock_unattended(vault::Asking::yes);
}

Status LifecycleService::open_slowed(const wire::UnlockRequest& request) {
  if (!is_given(request)) return open_with(request);
  LiveValues::Scope held(around_.live);
  protocol::for_each_secret(request, [&](const Secret& typed) { held.add(typed.reveal(RevealReason::inspect)); });
  held.begin();
  return slowed([&] { return open_with(request); });
}

Status LifecycleService::slowed(const std::function<Status()>& attempt) {
  if (const auto wait = wrong_tries_.wait(WrongTries::Clock::now()))
    return make_error(ErrorCode::rate_limited, "there were too many wrong tries; the next one may come in " +
                                                   std::to_string(wait->count()) +
                                                   (wait->count() == 1 ? " second" : " seconds"));
  Status opened = attempt();
  if (opened) wrong_tries_.right();
  if (!opened && opened.error().code == ErrorCode::wrong_credential) wrong_tries_.wrong(WrongTries::Clock::now());
  return opened;
}

Status LifecycleService::unlock(const wire::UnlockRequest& request) {
  if (request.passphrase.has_value() + request.recovery_code.has_value() + request.shares.has_value() > 1)
    return make_error(ErrorCode::invalid_argument, "give one of a passphrase, a recovery code and shares");
  // A credential is checked on an open store too: a wrong one never looks right.
  if (is_given(request) || vault_.state() != vault::State::unlocked) STRONGROOM_CHECK(open_slowed(request));
  const bool accept = request.accept_changes.value_or(false);
  const bool doubtful = check_failed_ || freshness_.state() == store::Freshness::mismatch;
  if (opened_ && !doubtful) return {};
  if (opened_ && !accept) return make_error(ErrorCode::tampered, std::string(k_changed));
  const Status checked = after_unlock(accept);
  if (!checked && !opened_) {
    if (auto status = vault_.lock(false); !status) around_.report(status.error().message);
  }
  return checked;
}

// A store whose rows were exchanged is opened only by somebody who says so. What an unlock itself writes is no write
// that the log has to know: it is older than the comparison of both.
Status LifecycleService::take_rows(bool accept_changes) {
  const store::IntentScope unannounced(std::nullopt);
  const auto identity = check_identity(store_, vault_);
  // Only a header that nobody but the vault can have made says that its store was never finished.
  const bool half_made = !identity && identity.error().code == ErrorCode::not_found && !vault_.is_confirmed();
  const bool wrong =
      !identity && (identity.error().code == ErrorCode::tampered || identity.error().code == ErrorCode::not_found);
  if (wrong && !half_made && !accept_changes)
    return make_error(ErrorCode::tampered,
                      identity.error().message + "; 'strongroom unlock --accept-changes' takes the store as it is");
  if (!identity && !wrong) return identity.error();
  stop_check();
  STRONGROOM_CHECK(vault_.ensure_name_space("default"));
  check_failed_ = false;
  if (accept_changes) STRONGROOM_CHECK(accept_rows());
  // A start that changes nothing writes nothing.
  if (!identity || *identity != vault_.header_report().generation) STRONGROOM_CHECK(write_identity(store_, vault_));
  STRONGROOM_CHECK(vault_.confirm());
  forget_opening_problems();
  store_.refuse_writes(std::nullopt);
  return {};
}

Status LifecycleService::after_unlock(bool accept_changes) {
  STRONGROOM_CHECK(take_rows(accept_changes));
  open_log();
  // Who takes the rows as they are takes them as old as they are.
  if (accept_changes && agreement_ != audit::Agreement::agree) STRONGROOM_CHECK(accept_rollback());
  around_.after_unlock();
  set_opened(true);
  check_ = std::jthread([this](std::stop_token stop) { check_freshness(stop); });
  begin_rewrapping();
  return {};
}

// A log that cannot be opened refuses every event, and so every reveal and change; the status says why.
void LifecycleService::open_log() {
  const auto agreement = open_audit_log(log_, vault_, arena_, store_);
  if (!agreement && audit::may_pass(agreement.error())) {
    log_.hinder(agreement.error().message);
    around_.report("the audit log: " + agreement.error().message + "; it is tried again");
    log_retry_ = std::jthread([this](std::stop_token stop) { retry_log(stop); });
    return;
  }
  take_log(agreement);
}

// Whoever holds `changing_` may be waiting for this thread to end.
void LifecycleService::retry_log(std::stop_token stop) {
  constexpr std::chrono::milliseconds k_between{200};
  std::mutex asleep;
  std::condition_variable_any wake;
  for (;;) {
    {
      std::unique_lock lock(asleep);
      wake.wait_for(lock, stop, k_between, [] { return false; });
    }
    if (stop.stop_requested()) return;
    const std::unique_lock guard(changing_, std::try_to_lock);
    if (!guard) continue;
    const auto agreement = open_audit_log(log_, vault_, arena_, store_);
    if (!agreement && audit::may_pass(agreement.error())) continue;
    take_log(agreement);
    return tell_status();
  }
}

void LifecycleService::take_log(const Result<audit::Agreement>& agreement) {
  log_.hinder({});
  if (!agreement) {
    log_.fail(agreement.error().message);
    around_.report("the audit log: " + agreement.error().message);
    return;
  }
  if (agreement_ == audit::Agreement::agree) agreement_ = *agreement;
  if (agreement_ == audit::Agreement::agree) return log_.set_header_generation(vault_.header_report().generation);
  const std::string sentence = sentence_of(agreement_);
  store_.refuse_writes(make_error(ErrorCode::tampered, sentence));
  add_opening_problem(sentence);
  around_.report(sentence);
  around_.record("store.rollback_found", agreement_ == audit::Agreement::log_behind ? "log" : "store", "tampered");
}

// Both go on from a generation that neither has seen.
Status LifecycleService::accept_rollback() {
  if (agreement_ == audit::Agreement::agree)
    return make_error(ErrorCode::conflict, "the store and the audit log agree; there is nothing to accept");
  store_.refuse_writes(std::nullopt);
  const auto known = log_.pin().generation;
  Status raised = freshness_.raise_generation(store_, known == evidence::k_unknown ? 0 : known);
  if (raised) raised = write_identity(store_, vault_);
  if (!raised) {
    store_.refuse_writes(make_error(ErrorCode::tampered, sentence_of(agreement_)));
    return raised;
  }
  log_.set_header_generation(vault_.header_report().generation);
  agreement_ = audit::Agreement::agree;
  forget_opening_problems();
  return {};
}

void LifecycleService::handle(wire::AcceptRollback, Empty&&, Completion<Empty> completion) {
  around_.run_slow([this, completion = std::move(completion)] {
    const std::lock_guard guard(changing_);
    const Status status = accept_rollback();
    tell_status();
    completion(status ? Result<Empty>(Empty{}) : Result<Empty>(status.error()));
  });
}

// Accepting is a write itself. When it fails nothing is known of the rows, so nobody is served.
Status LifecycleService::accept_rows() {
  store_.refuse_writes(std::nullopt);
  Status accepted = freshness_.accept(store_);
  if (!accepted) set_opened(false);
  return accepted;
}

void LifecycleService::check_freshness(std::stop_token stop) {
  const Status status = freshness_.rebuild(store_, stop);
  if (!status && stop.stop_requested()) return;
  if (!status) {
    const std::string sentence = "the check for replaced rows did not finish: " + status.error().message;
    check_failed_ = true;
    add_opening_problem(sentence);
    around_.report(sentence);
    return tell_status();
  }
  if (freshness_.state() != store::Freshness::mismatch) return tell_status();
  const std::string sentence(k_changed);
  store_.refuse_writes(make_error(ErrorCode::tampered, sentence));
  add_opening_problem(sentence);
  around_.report(sentence);
  tell_status();
}

void LifecycleService::handle(wire::Unlock, wire::UnlockRequest&& request, Completion<Empty> completion) {
  auto shared = std::make_shared<wire::UnlockRequest>(std::move(request));
  around_.run_slow([this, shared, completion = std::move(completion)] {
    const std::lock_guard guard(changing_);
    const Status status = unlock(*shared);
    tell_status();
    completion(status ? Result<Empty>(Empty{}) : Result<Empty>(status.error()));
  });
}

Status LifecycleService::lock(bool hold) {
  if (opened_)
    if (auto saved = around_.before_lock(); !saved) around_.report("before locking: " + saved.error().message);
  set_opened(false);
  stop_check();
  const Status status = vault_.lock(hold);
  log_.lock();
  freshness_.forget();
  around_.after_lock();
  return status;
}

void LifecycleService::handle(wire::Lock, Empty&&, Completion<Empty> completion) {
  around_.run_slow([this, completion = std::move(completion)] {
    const std::lock_guard guard(changing_);
    const Status status = lock(true);
    tell_status();
    completion(status ? Result<Empty>(Empty{}) : Result<Empty>(status.error()));
  });
}

}  // namespace strongroom::lifecycle
