#include "daemon/audit/audit_service.h"

#include <algorithm>
#include <ctime>
#include <map>

#include <strongroom/evidence/archive.h>
#include <strongroom/evidence/verify_log.h>

namespace strongroom::audit {

namespace wire = protocol::audit;
using protocol::service::Empty;

namespace {

constexpr std::int64_t k_month_ms = std::int64_t{30} * 24 * 3600 * 1000;
constexpr std::size_t k_most_objects_shown = 1000;
constexpr std::uint64_t k_most_told_at_once = 10'000;

std::string base64_of(BytesView bytes) {
  std::string text(base64_size(bytes.size()), '\0');
  base64_encode(bytes, text.data());
  return text;
}

std::string day_of(std::int64_t time_s) {
  const std::time_t time = time_s;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[16];
  (void)std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
  return text;
}

using Counts = std::map<std::string, wire::Count, std::less<>>;

void count(Counts& counts, std::string_view name, const evidence::Event& event) {
  auto& entry = counts.try_emplace(std::string(name), wire::Count{.name = std::string(name)}).first->second;
  const auto many = static_cast<std::int64_t>(event.count.value_or(1));
  entry.events += many;
  if (event.decision == evidence::Decision::denied)
    entry.denied += many;
  else if (event.result != "ok")
    entry.failed += many;
}

std::vector<wire::Count> most_first(const Counts& counts, std::size_t most) {
  std::vector<wire::Count> sorted;
  for (const auto& [name, entry] : counts) sorted.push_back(entry);
  std::ranges::sort(sorted, [](const wire::Count& one, const wire::Count& other) {
    return one.events != other.events ? one.events > other.events : one.name < other.name;
  });
  if (sorted.size() > most) sorted.resize(most);
  return sorted;
}

}  // namespace

AuditService::AuditService(AuditLog& log, Witnesses& witnesses, const Clock& clock, Ports ports)
    : log_(log), witnesses_(witnesses), clock_(clock), ports_(std::move(ports)), index_(log.folder().path()) {
  // Numbers that a crash took back are given to others; a loss of power may leave no trace of it.
  index_.forget_from(log.first_of_run() / k_block);
}

std::uint64_t AuditService::first_entry() const {
  const auto archive = evidence::read_archive(log_.folder().path());
  return archive ? archive->size : 0;
}

Status AuditService::with_index(const std::function<Status(EventReader&, std::uint64_t, BytesView)>& work) {
  const std::lock_guard guard(index_mutex_);
  return log_.with_reader([&](EventReader& reader, std::uint64_t end) -> Status {
    STRONGROOM_CHECK(index_.catch_up(reader, first_entry(), end, reader.index_key()));
    return work(reader, end, reader.index_key());
  });
}

Result<Query> AuditService::query_of(const wire::ListRequest& request) const {
  Query query;
  const auto seconds = [](std::int64_t ms) { return ms / 1000; };
  if (request.since_ms) query.since_s = seconds(*request.since_ms);
  if (request.until_ms) query.until_s = seconds(*request.until_ms + 999);
  query.actor = request.actor;
  query.action = request.action;
  if (request.path) {
    const auto id = ports_.object_id(*request.path);
    if (!id) return make_error(ErrorCode::locked, "the store is locked");
    query.object = Bytes(id->begin(), id->end());
  }
  if (request.decision)
    query.decision =
        *request.decision == wire::Decision::denied ? evidence::Decision::denied : evidence::Decision::allowed;
  if (request.request) query.request = static_cast<std::uint64_t>(*request.request);
  query.records = request.records.value_or(false);
  return query;
}

Result<wire::ListResponse> AuditService::list(const wire::ListRequest& request) {
  STRONGROOM_ASSIGN(const Query query, query_of(request));
  const auto limit = static_cast<std::size_t>(request.limit.value_or(50));
  wire::ListResponse response;
  STRONGROOM_CHECK(with_index([&](EventReader& reader, std::uint64_t end, BytesView key) -> Status {
    const std::uint64_t before = request.before ? std::min(end, static_cast<std::uint64_t>(*request.before)) : end;
    return find_newest_first(reader, index_, key, query, first_entry(), before, [&](const EventReader::Read& read) {
      if (response.events.size() == limit) {
        response.cursor = response.events.back().seq;
        return false;
      }
      response.events.push_back(shown_event(read));
      return !stopping_;
    });
  }));
  return response;
}

void AuditService::handle(wire::List, wire::ListRequest&& request, Done<wire::List> done) {
  run<wire::ListResponse>(std::move(done), [this, request = std::move(request)] { return list(request); });
}

void AuditService::handle(wire::Get, wire::SequenceRequest&& request, Done<wire::Get> done) {
  run<wire::Event>(std::move(done), [this, sequence = request.seq]() -> Result<wire::Event> {
    wire::Event shown;
    STRONGROOM_CHECK(log_.with_reader([&](EventReader& reader, std::uint64_t) -> Status {
      STRONGROOM_ASSIGN(const auto read, reader.read(static_cast<std::uint64_t>(sequence)));
      shown = shown_event(read);
      return {};
    }));
    return shown;
  });
}

// An intent and its outcome count once, as the outcome; an intent that has none yet is not over.
Result<wire::SummaryResponse> AuditService::summary(const wire::SummaryRequest& request) {
  Query query;
  query.since_s = request.since_ms.value_or(std::max<std::int64_t>(clock_.now_ms() - k_month_ms, 0)) / 1000;
  if (request.until_ms) query.until_s = (*request.until_ms + 999) / 1000;
  Counts actors;
  Counts actions;
  Counts objects;
  Counts days;
  wire::SummaryResponse response;
  STRONGROOM_CHECK(log_.with_reader([&](EventReader& reader, std::uint64_t end) -> Status {
    for (std::uint64_t sequence = first_entry(); sequence < end && !stopping_; ++sequence) {
      STRONGROOM_ASSIGN(const auto read, reader.read(sequence));
      if (!read.event || !query.matches(read)) continue;
      const auto& event = read.event->event;
      if (event.phase == evidence::Phase::intent) continue;
      response.events += static_cast<std::int64_t>(event.count.value_or(1));
      count(actors, event.actor, event);
      count(actions, event.action, event);
      for (const auto path : event.paths) count(objects, path, event);
      count(days, day_of(read.entry.header.time_s), event);
    }
    return {};
  }));
  response.actors = most_first(actors, actors.size());
  response.actions = most_first(actions, actions.size());
  response.objects = most_first(objects, k_most_objects_shown);
  for (const auto& [day, entry] : days) response.days.push_back(entry);
  return response;
}

void AuditService::handle(wire::GetSummary, wire::SummaryRequest&& request, Done<wire::GetSummary> done) {
  run<wire::SummaryResponse>(std::move(done), [this, request = std::move(request)] { return summary(request); });
}

Result<wire::VerifyResponse> AuditService::verify(const wire::VerifyRequest& request,
                                                  const Stream<wire::VerifyResponse>& stream) {
  // What can be signed is signed first; a damaged log is verified all the same.
  if (log_.usable()) (void)log_.keeper().checkpoint();
  evidence::VerifyOptions options;
  if (request.against) options.against.push_back(*request.against);
  for (const auto& witness : witnesses_.all()) options.witnesses.push_back(witness.key);
  options.progress = [&](std::uint64_t entries) {
    wire::VerifyResponse progress{.entries = static_cast<std::int64_t>(entries), .done = false};
    return !stopping_ && (!stream.send || stream.send(progress));
  };
  STRONGROOM_ASSIGN(const auto report, evidence::verify_log(log_.folder().path(), options));
  wire::VerifyResponse response;
  response.ok = report.ok();
  response.first = static_cast<std::int64_t>(report.first);
  response.entries = static_cast<std::int64_t>(report.entries);
  response.signed_entries = static_cast<std::int64_t>(report.signed_entries);
  response.torn = static_cast<std::int64_t>(report.torn);
  if (report.damaged_at) response.sequence = static_cast<std::int64_t>(*report.damaged_at);
  if (!report.ok()) response.problem = report.problem;
  if (!report.origin.empty()) response.origin = report.origin;
  if (report.root) response.root = base64_of(*report.root);
  return response;
}

void AuditService::handle(wire::Verify, wire::VerifyRequest&& request, Completion<wire::VerifyResponse> last,
                          Stream<wire::VerifyResponse> stream) {
  run<wire::VerifyResponse>(std::move(last), [this, request = std::move(request), stream = std::move(stream)] {
    return verify(request, stream);
  });
}

void AuditService::handle(wire::GetCheckpoint, Empty&&, Done<wire::GetCheckpoint> done) {
  run<wire::CheckpointResponse>(std::move(done), [this]() -> Result<wire::CheckpointResponse> {
    STRONGROOM_CHECK(log_.usable());
    STRONGROOM_ASSIGN(auto note, log_.keeper().checkpoint());
    return wire::CheckpointResponse{std::move(note)};
  });
}

void AuditService::handle(wire::Prove, wire::ProveRequest&& request, Done<wire::Prove> done) {
  run<wire::ProveResponse>(std::move(done), [this, request]() -> Result<wire::ProveResponse> {
    STRONGROOM_ASSIGN(auto proof, prove(static_cast<std::uint64_t>(request.seq), request.disclose.value_or(false)));
    return wire::ProveResponse{std::move(proof)};
  });
}

Result<wire::KeyResponse> AuditService::handle(wire::GetKey, Empty&&) {
  STRONGROOM_CHECK(log_.usable());
  return wire::KeyResponse{log_.key_text(), log_.origin()};
}

void AuditService::open_tails() {
  const std::lock_guard guard(tail_mutex_);
  told_ = log_.writer() ? log_.writer()->next() : 0;
  tails_.open();
}

void AuditService::handle(wire::Tail, Empty&&, Completion<wire::Event> last, Stream<wire::Event> stream) {
  {
    const std::lock_guard guard(tail_mutex_);
    if (!tails_.followed() && log_.writer()) told_ = log_.writer()->next();
  }
  wire::Event first{.seq = static_cast<std::int64_t>(told_), .time_s = clock_.now_ms() / 1000, .type = "start"};
  tails_.add(std::move(last), std::move(stream), first);
}

// What nobody follows is not even read; who falls far behind is told the newest.
void AuditService::tell_followers() {
  if (!tails_.followed()) return;
  const std::lock_guard guard(tail_mutex_);
  (void)log_.with_reader([&](EventReader& reader, std::uint64_t end) -> Status {
    if (end - told_ > k_most_told_at_once) told_ = end - k_most_told_at_once;
    for (; told_ < end; ++told_) {
      STRONGROOM_ASSIGN(const auto read, reader.read(told_));
      if (read.event) tails_.publish(shown_event(read));
    }
    return {};
  });
}

Result<wire::ListWitnessesResponse> AuditService::handle(wire::ListWitnesses, Empty&&) {
  wire::ListWitnessesResponse response;
  for (const auto& witness : witnesses_.all()) response.witnesses.push_back(shown(witness));
  return response;
}

wire::Witness AuditService::shown(const WitnessState& witness) {
  wire::Witness shown{.key = witness.key.text()};
  if (!witness.url.empty()) shown.url = witness.url;
  if (witness.cosigned_size != 0) {
    shown.entries = static_cast<std::int64_t>(witness.cosigned_size);
    shown.time_ms = witness.cosigned_s * 1000;
  }
  if (!witness.problem.empty()) shown.problem = witness.problem;
  return shown;
}

void AuditService::handle(wire::AddWitness, wire::AddWitnessRequest&& request, Done<wire::AddWitness> done) {
  run<wire::Witness>(std::move(done), [this, request = std::move(request)]() -> Result<wire::Witness> {
    STRONGROOM_CHECK(log_.usable());
    STRONGROOM_ASSIGN(const auto added, witnesses_.add(request.key, request.url, request.cosigned));
    return shown(added);
  });
}

void AuditService::handle(wire::RemoveWitness, wire::RemoveWitnessRequest&& request, Done<wire::RemoveWitness> done) {
  run<Empty>(std::move(done), [this, key = std::move(request.key)]() -> Result<Empty> {
    STRONGROOM_CHECK(witnesses_.remove(key));
    return Empty{};
  });
}

std::optional<protocol::service::AuditStatus> AuditService::status() const {
  if (!log_.exists()) return std::nullopt;
  protocol::service::AuditStatus status;
  if (const auto problem = log_.problem(); !problem.empty()) status.problem = problem;
  const auto space = log_.folder().space();
  status.free_percent = space.total == 0 ? 0 : static_cast<std::int64_t>(space.free * 100 / space.total);
  constexpr std::int64_t k_alert_percent = 10;
  constexpr std::int64_t k_warn_percent = 20;
  if (space.total != 0 && status.free_percent < k_warn_percent)
    status.warning = std::string(status.free_percent < k_alert_percent ? "alert: " : "") + "only " +
                     std::to_string(status.free_percent) +
                     " % of the disk are free where the audit log lies; without space nothing is revealed or changed";
  const auto* writer = log_.writer();
  if (!writer) return status;
  if (const auto failure = writer->failure(); failure && !status.problem) status.problem = failure->message;
  status.entries = static_cast<std::int64_t>(writer->next());
  status.durable_entries = static_cast<std::int64_t>(writer->durable());
  const auto state = log_.keeper().state();
  status.signed_entries = static_cast<std::int64_t>(state.signed_entries);
  if (state.signed_ms != 0) status.checkpoint_ms = state.signed_ms;
  status.origin = log_.origin();
  if (const auto note = evidence::Note::parse(state.checkpoint))
    if (const auto checkpoint = evidence::Checkpoint::parse(note->text)) status.root = base64_of(checkpoint->root);
  status.epoch = state.epoch;
  status.reveals = ports_.reveals() == Durability::synced ? "synced" : "written";
  const auto witnesses = witnesses_.all();
  if (witnesses.empty()) return status;
  status.witnesses = static_cast<std::int64_t>(witnesses.size());
  for (const auto& witness : witnesses) {
    const auto size = static_cast<std::int64_t>(witness.cosigned_size);
    if (size == 0 || size <= status.cosigned_entries.value_or(0)) continue;
    status.cosigned_entries = size;
    status.cosigned_ms = witness.cosigned_s * 1000;
  }
  return status;
}

}  // namespace strongroom::audit
