#include "daemon/audit/recorder.h"

#include <algorithm>
#include <utility>

#include "daemon/store/store.h"

namespace strongroom::audit {
namespace {

using evidence::Decision;
using evidence::Event;
using evidence::Phase;

// Denials of one uid that are written one by one: so many at once, and so many each second.
constexpr double k_denials_at_once = 20;
constexpr double k_denials_a_second = 5;
constexpr std::chrono::seconds k_between_counts{1};
constexpr std::size_t k_most_uids = 64;
constexpr std::string_view k_daemon = "system";

// Text of a client: cut to its bound, not within a character.
std::string_view bounded(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<Byte>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}

void add_name(std::vector<std::string>& names, const protocol::JsonValue* value) {
  if (!value || names.size() >= evidence::k_max_objects) return;
  if (value->kind() == protocol::JsonKind::string)
    names.emplace_back(bounded(value->string(), evidence::k_max_path));
  else if (value->kind() == protocol::JsonKind::integer)
    names.push_back(std::to_string(value->integer()));
}

// "path", or "items[].path".
void collect(const protocol::JsonValue& parameters, std::string_view field, std::vector<std::string>& names) {
  const auto list = field.find("[].");
  if (list == std::string_view::npos) return add_name(names, parameters.find(field));
  const auto* items = parameters.find(field.substr(0, list));
  if (!items) return;
  for (const auto& item : items->array()) add_name(names, item.find(field.substr(list + 3)));
}

std::string_view rule_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::locked:
    case ErrorCode::not_initialized:
    case ErrorCode::already_initialized:
      return "state";
    case ErrorCode::denied:
      return "owner";
    default:
      return "protocol";
  }
}

// What has a defect of form is refused like what is not allowed.
bool is_refusal(const Error& error) {
  return error.code == ErrorCode::invalid_argument || error.code == ErrorCode::expected_more;
}

}  // namespace

Recorder::Recorder(AuditLog& log, Ports ports, Durability reveals)
    : log_(log), ports_(std::move(ports)), reveals_(reveals) {}

Recorder::Objects Recorder::objects_of(const CallRecord& call) const {
  Objects objects;
  if (!call.parameters) return objects;
  for (const auto field : call.policy->objects)
    if (!field.empty()) collect(*call.parameters, field, objects.names);
  for (const auto& name : objects.names) {
    const auto id = ports_.object_id(name);
    if (!id) {
      objects.ids.clear();
      break;
    }
    objects.ids.insert(objects.ids.end(), id->begin(), id->end());
  }
  return objects;
}

Event Recorder::event_of(const CallRecord& call, const Objects& objects, const std::string& actor) const {
  Event event;
  event.action = call.policy->action;
  event.rule = "owner";
  event.actor = actor;
  event.authentication = "peer";
  event.session = call.subject->session;
  event.uid = call.subject->uid;
  event.pid = call.subject->pid;
  event.client = call.subject->client;
  event.objects = objects.ids;
  event.request = call.request;
  event.reason = call.subject->reason;
  for (const auto& name : objects.names) event.paths.push_back(name);
  return event;
}

void Recorder::denied(const CallRecord& call, const Error& why) {
  if (!log_.exists() || call.policy->kind == protocol::Audited::no) return;
  if (!log_.usable()) return count_denial(call.subject->uid, call, why);
  if (!may_write_denial(call.subject->uid, call, why)) return;
  const Objects objects = objects_of(call);
  const std::string actor = "uid:" + std::to_string(call.subject->uid);
  Event event = event_of(call, objects, actor);
  event.decision = Decision::denied;
  event.rule = rule_of(why);
  event.result = error_info(why.code).name;
  if (!log_.append(event, {}, Room::ordinary)) count_denial(call.subject->uid, call, why);
}

// What could not be written is counted with those that come too fast.
void Recorder::count_denial(std::uint64_t uid, const CallRecord& call, const Error& why) {
  const std::lock_guard guard(denials_mutex_);
  auto& bucket = denials_[uid];
  if (bucket.counted++ == 0) bucket.since = Keeper::Clock::now();
  bucket.last = call.policy->action;
  bucket.result = error_info(why.code).name;
}

// A bucket for each uid; what does not fit is counted and written within a second.
bool Recorder::may_write_denial(std::uint64_t uid, const CallRecord& call, const Error& why) {
  const auto now = Keeper::Clock::now();
  bool first = false;
  {
    const std::lock_guard guard(denials_mutex_);
    if (denials_.size() >= k_most_uids && !denials_.contains(uid)) uid = ~std::uint64_t{0};
    auto& bucket = denials_.try_emplace(uid, Denials{k_denials_at_once, now, 0, {}, {}, {}}).first->second;
    const double passed = std::chrono::duration<double>(now - bucket.refilled).count();
    bucket.allowance = std::min(k_denials_at_once, bucket.allowance + passed * k_denials_a_second);
    bucket.refilled = now;
    if (bucket.counted == 0 && bucket.allowance >= 1) {
      bucket.allowance -= 1;
      return true;
    }
    first = bucket.counted == 0;
    if (first) bucket.since = now;
    ++bucket.counted;
    bucket.last = call.policy->action;
    bucket.result = error_info(why.code).name;
  }
  if (first) log_.poke();
  return false;
}

std::optional<Keeper::Time> Recorder::flush_denials(Keeper::Time now) {
  std::optional<Keeper::Time> next;
  const std::lock_guard guard(denials_mutex_);
  for (auto& [uid, bucket] : denials_) {
    if (bucket.counted == 0) continue;
    const auto due = bucket.since + k_between_counts;
    if (now < due) {
      next = std::min(next.value_or(due), due);
      continue;
    }
    const std::string actor = uid == ~std::uint64_t{0} ? "others" : "uid:" + std::to_string(uid);
    const std::string detail = "the last was " + bucket.last;
    Event event;
    event.action = "calls.denied";
    event.decision = Decision::denied;
    event.rule = "limit";
    event.result = bucket.result;
    event.actor = actor;
    event.authentication = "peer";
    if (bucket.counted > 1) event.count = bucket.counted;
    event.detail = detail;
    // What could not be written is counted on.
    if (log_.append(event, {}, Room::ordinary))
      bucket.counted = 0;
    else
      bucket.since = now;
    if (bucket.counted != 0) next = std::min(next.value_or(now + k_between_counts), now + k_between_counts);
  }
  return next;
}

Result<std::optional<std::uint64_t>> Recorder::used(const CallRecord& call, protocol::Effect effect,
                                                    const Error* error) {
  if (!log_.exists() && !ports_.has_store()) return std::optional<std::uint64_t>();
  const bool refused = error && is_refusal(*error);
  if (refused && !may_write_denial(call.subject->uid, call, *error)) return std::optional<std::uint64_t>();
  if (Status paid = write_owed(); !paid && !call.policy->administration) return paid.error();
  const Objects objects = objects_of(call);
  const std::string actor = "uid:" + std::to_string(call.subject->uid);
  Event event = event_of(call, objects, actor);
  event.result = error ? error_info(error->code).name : "ok";
  if (refused) {
    event.decision = Decision::denied;
    event.rule = rule_of(*error);
  }
  const Room room = call.policy->administration ? Room::administration : Room::ordinary;
  const auto appended = log_.append(event, {}, room);
  if (!appended && call.policy->administration) {
    Outcome outcome = outcome_of(call, std::nullopt);
    outcome.result = event.result;
    owe(std::move(outcome));
    return std::optional<std::uint64_t>();
  }
  if (!appended) return appended.error();
  const std::uint64_t sequence = *appended;
  const bool wait = effect == protocol::Effect::reveal && !error && reveals_ == Durability::synced;
  return wait ? std::optional(sequence) : std::nullopt;
}

Result<std::optional<std::uint64_t>> Recorder::begin(const CallRecord& call) {
  // A log begins with the first unlock of its store.
  if (!log_.exists() && (!ports_.has_store() || call.policy->action == "vault.unlock"))
    return std::optional<std::uint64_t>();
  const auto intent = write_intent(call);
  if (intent) return std::optional(*intent);
  // A store can always be locked, and what the log cannot take is owed to it.
  if (call.policy->administration) return std::optional<std::uint64_t>();
  return intent.error();
}

Result<std::uint64_t> Recorder::write_intent(const CallRecord& call) {
  STRONGROOM_CHECK(write_owed());
  const Objects objects = objects_of(call);
  const std::string actor = "uid:" + std::to_string(call.subject->uid);
  Event event = event_of(call, objects, actor);
  event.phase = Phase::intent;
  const Room room = call.policy->administration ? Room::administration : Room::ordinary;
  STRONGROOM_ASSIGN(const std::uint64_t sequence, log_.append(event, {}, room));
  log_.open_intent(sequence);
  return sequence;
}

Recorder::Outcome Recorder::outcome_of(const CallRecord& call, std::optional<std::uint64_t> intent) const {
  Objects objects = objects_of(call);
  return {.action = std::string(call.policy->action),
          .result = {},
          .actor = "uid:" + std::to_string(call.subject->uid),
          .uid = call.subject->uid,
          .pid = call.subject->pid,
          .session = call.subject->session,
          .request = call.request,
          .client = call.subject->client,
          .reason = intent ? std::string() : call.subject->reason,
          .objects = std::move(objects.ids),
          .paths = std::move(objects.names),
          .detail = {},
          .intent = intent,
          .administration = call.policy->administration};
}

Status Recorder::used_later(Outcome outcome, const Error* error) {
  if (!log_.exists() && !ports_.has_store()) return {};
  outcome.result = error ? error_info(error->code).name : "ok";
  Status written = write_owed();
  if (written) written = write(outcome);
  // A damaged log can be looked at all the same.
  if (!written && outcome.administration) return owe(std::move(outcome)), Status();
  return written;
}

void Recorder::owe(Outcome outcome) {
  constexpr std::size_t k_most_owed = 1000;
  const std::lock_guard guard(owed_mutex_);
  if (owed_.size() < k_most_owed) owed_.push_back(std::move(outcome));
  owes_ = true;
}

void Recorder::under(std::optional<std::uint64_t> intent, const std::function<void()>& work) {
  const store::IntentScope scope(intent);
  work();
}

void Recorder::end(Outcome outcome, const Error* error) {
  if (!log_.exists() && !ports_.has_store()) return;
  outcome.result = error ? error_info(error->code).name : "ok";
  if (write_owed() && write(outcome)) return;
  owe(std::move(outcome));
}

Status Recorder::write(const Outcome& outcome) {
  const StorePin pin = log_.pin();
  const bool by_daemon = outcome.actor == k_daemon;
  Event event;
  event.action = outcome.action;
  event.phase = outcome.intent ? Phase::outcome : Phase::single;
  event.rule = by_daemon ? "system" : "owner";
  event.result = outcome.result;
  event.actor = outcome.actor;
  event.authentication = by_daemon ? "none" : "peer";
  event.session = outcome.session;
  event.uid = outcome.uid;
  event.pid = outcome.pid;
  event.client = outcome.client;
  event.detail = outcome.detail;
  event.reason = outcome.reason;
  event.objects = outcome.objects;
  event.request = outcome.request;
  event.intent = outcome.intent;
  for (const auto& path : outcome.paths) event.paths.push_back(path);
  if (outcome.intent && pin.generation != evidence::k_unknown) {
    event.generation = pin.generation;
    event.accumulator = pin.accumulator;
  }
  if (outcome.intent && pin.header_generation != evidence::k_unknown) event.header_generation = pin.header_generation;
  const Room room = outcome.intent || outcome.administration ? Room::administration : Room::ordinary;
  const auto appended = log_.append(event, {}, room);
  if (!appended) return appended.error();
  if (outcome.intent) log_.close_intent(*outcome.intent);
  return {};
}

Status Recorder::write_owed() {
  if (!owes_) return {};
  const std::lock_guard guard(owed_mutex_);
  while (!owed_.empty()) {
    STRONGROOM_CHECK(write(owed_.front()));
    owed_.erase(owed_.begin());
  }
  owes_ = false;
  return {};
}

void Recorder::system(std::string_view action, std::string_view detail, std::string_view result) {
  if (!log_.exists()) return;
  const StorePin pin = log_.pin();
  Event event;
  event.action = action;
  event.rule = "system";
  event.result = result;
  event.actor = k_daemon;
  event.authentication = "none";
  event.detail = bounded(detail, evidence::k_max_detail);
  if (pin.generation != evidence::k_unknown) {
    event.generation = pin.generation;
    event.accumulator = pin.accumulator;
  }
  if (pin.header_generation != evidence::k_unknown) event.header_generation = pin.header_generation;
  if (log_.append(event, {}, Room::administration)) return;
  Outcome outcome;
  outcome.action = action;
  outcome.result = result;
  outcome.actor = k_daemon;
  outcome.detail = event.detail;
  outcome.administration = true;
  owe(std::move(outcome));
}

void Recorder::dropped(std::string_view reason, std::uint64_t many) {
  if (!log_.exists()) return;
  Event event;
  event.action = "client.dropped";
  event.decision = Decision::denied;
  event.rule = "limit";
  event.result = "cancelled";
  event.actor = "peer";
  event.authentication = "none";
  if (many > 1) event.count = many;
  event.detail = reason;
  (void)log_.append(event, {}, Room::ordinary);
}

}  // namespace strongroom::audit
