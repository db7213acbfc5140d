#include "daemon/audit/log.h"

#include <algorithm>
#include <cstdlib>

#include <strongroom/base/random.h>
#include <strongroom/evidence/ed25519.h>
#include <strongroom/evidence/verify_log.h>

namespace strongroom::audit {

AuditLog::AuditLog(Options options, LogFolder folder, vault::KeyArena& arena, const Clocks& clocks)
    : options_(std::move(options)),
      folder_(std::move(folder)),
      offsets_(folder_.path() / "offsets"),
      arena_(arena),
      clocks_(clocks) {}

AuditLog::~AuditLog() {
  stop();
}

Result<std::unique_ptr<AuditLog>> AuditLog::open(Options options, vault::KeyArena& arena, const Clocks& clocks) {
  STRONGROOM_ASSIGN(LogFolder folder, LogFolder::open(options.folder, options.segment_size));
  std::unique_ptr<AuditLog> log(new AuditLog(std::move(options), std::move(folder), arena, clocks));
  evidence::TiledTree tree(Keeper::write_tiles(log->folder_), Keeper::read_tiles(log->folder_));
  STRONGROOM_ASSIGN(auto recovered, recover(log->folder_, log->offsets_, tree, clocks.boot_id()));
  if (!recovered) return log;
  if (!recovered->problem.empty()) {
    log->problem_ = recovered->problem;
    return log;
  }
  STRONGROOM_CHECK(log->start(std::move(*recovered), std::move(tree)));
  return log;
}

void AuditLog::make_writer(Segment segment, const LogEnd& end) {
  LogWriter::Ports ports{.arena = arena_,
                         .clocks = clocks_,
                         .sync_failed = options_.sync_failed,
                         .appended =
                             [this](std::uint64_t next) {
                               if (keeper_) keeper_->appended(next);
                               if (options_.appended) options_.appended(next);
                             },
                         .observe_key = options_.observe_key};
  writer_ = std::make_unique<LogWriter>(folder_, std::move(segment), end, std::move(ports));
  writer_->set_oldest_intent([this] {
    const std::lock_guard guard(intents_mutex_);
    return intents_.empty() ? evidence::k_unknown : *intents_.begin();
  });
  Keeper::Ports keeper_ports{
      .arena = arena_,
      .alarm =
          [this](const std::string& problem) {
            if (options_.report) options_.report("the audit log: " + problem);
            fail(problem);
          },
      .chores = [this]() -> std::optional<Keeper::Time> {
        const std::lock_guard guard(chores_mutex_);
        return chores_ ? chores_() : std::nullopt;
      },
  };
  keeper_ = std::make_unique<Keeper>(folder_, offsets_, *writer_, options_.times, std::move(keeper_ports));
}

Status AuditLog::start(Recovered recovered, evidence::TiledTree tree) {
  // What a crash left in the page cache counts as durable from here on.
  STRONGROOM_CHECK(recovered.newest.sync());
  torn_ = recovered.torn;
  epoch_time_s_ = recovered.epoch_time_s;
  first_of_run_ = recovered.end.next;
  make_writer(std::move(recovered.newest), recovered.end);
  keeper_->take(std::move(tree), recovered.epoch, recovered.signed_entries);
  keeper_->start();
  ready_ = true;
  // Without space the daemon serves what needs none of it; the chain then begins with the first event.
  if (Status begun = writer_->begin_chain(Room::administration); !begun && options_.report)
    options_.report(begun.error().message);
  if (torn_ == 0) return {};
  Bytes content;
  ByteWriter writer(content);
  writer.u64(torn_);
  writer.u64(recovered.lost);
  if (auto put = writer_->append_record(evidence::EntryType::recovery, content, Room::administration);
      !put && options_.report)
    options_.report(put.error().message);
  return {};
}

Status AuditLog::begin(const LogKeys& keys, const std::array<Byte, 16>& store) {
  if (exists()) return make_error(ErrorCode::conflict, "there is an audit log already");
  STRONGROOM_ASSIGN(vault::Key seed, arena_.take(vault::k_key_size));
  fill_random(seed.writable());
  evidence::EpochEntry first{.identity_key = keys.identity, .opening_key = keys.opening, .store_id = store};
  STRONGROOM_ASSIGN(first.epoch_key, evidence::Ed25519::public_key(seed.view()));
  LogEnd end;
  end.log = first.log_id = evidence::log_id_of(first);
  end.offset = evidence::k_segment_header;
  end.opening_key = keys.opening;
  STRONGROOM_ASSIGN(Segment segment, folder_.create_segment({end.log, 0}, Room::ordinary, [this](const Error& error) {
    if (options_.sync_failed) options_.sync_failed(error);
    std::_Exit(EXIT_FAILURE);
  }));
  make_writer(std::move(segment), end);
  Status begun = keeper_->begin_log(keys, first, std::move(seed));
  if (begun) begun = writer_->begin_chain(Room::ordinary);
  if (!begun) {
    keeper_.reset();
    writer_.reset();
    (void)folder_.remove(std::filesystem::path("segments") / evidence::segment_name(0));
    return begun;
  }
  keeper_->start();
  compared_ = true;
  ready_ = true;
  return {};
}

bool AuditLog::exists() const {
  const std::lock_guard guard(problem_mutex_);
  return ready_ || !problem_.empty();
}

std::string AuditLog::problem() const {
  const std::lock_guard guard(problem_mutex_);
  return problem_.empty() ? hindrance_ : problem_;
}

void AuditLog::hinder(std::string why) {
  const std::lock_guard guard(problem_mutex_);
  hindrance_ = std::move(why);
}

Status AuditLog::check() const {
  const std::lock_guard guard(problem_mutex_);
  if (!problem_.empty()) return make_error(ErrorCode::audit_unavailable, problem_);
  if (!hindrance_.empty()) return make_error(ErrorCode::audit_unavailable, hindrance_);
  if (!ready_) return make_error(ErrorCode::audit_unavailable, "there is no audit log yet");
  return {};
}

Status AuditLog::readable() const {
  return ready_ ? Status() : check();
}

Result<Agreement> AuditLog::unlock(LogKeys keys, const StoreState& store) {
  {
    const std::lock_guard guard(problem_mutex_);
    if (!problem_.empty()) return make_error(ErrorCode::tampered, problem_);
    if (!ready_) return make_error(ErrorCode::tampered, "there is no audit log yet");
  }
  const bool first = !keeper_->can_sign();
  STRONGROOM_CHECK(keeper_->take_keys(keys));
  Agreement agreement = Agreement::agree;
  if (!compared_) {
    EventReader reader(folder_.path(), offsets_, writer_->log(), keys, arena_, writer_->next());
    STRONGROOM_ASSIGN(agreement, compare(reader, store));
    compared_ = true;
  }
  {
    const std::unique_lock guard(keys_mutex_);
    keys_ = std::move(keys);
  }
  // What cannot be saved now is saved when it can.
  const auto made = keeper_->checkpoint();
  if (!made && !may_pass(made.error())) return made.error();
  // The hour of a key goes on while the daemon does not run.
  const auto age = std::chrono::seconds(clocks_.wall_ns() / 1'000'000'000 - epoch_time_s_);
  if (made && first && epoch_time_s_ != 0 && age >= options_.times.epoch) STRONGROOM_CHECK(keeper_->change_epoch(true));
  return agreement;
}

void AuditLog::lock() {
  {
    locking_ = true;
    const std::unique_lock guard(keys_mutex_);
    keys_.reset();
    locking_ = false;
  }
  if (!ready_) return;
  if (Status begun = writer_->begin_chain(Room::administration); !begun && options_.report)
    options_.report(begun.error().message);
  if (keeper_->can_sign()) (void)keeper_->checkpoint();
}

void AuditLog::stop() {
  set_chores({});
  if (ready_) keeper_->stop();
}

bool AuditLog::is_unlocked() const {
  const std::shared_lock guard(keys_mutex_);
  return keys_.has_value();
}

Result<std::uint64_t> AuditLog::append(evidence::Event& event, BytesView parameters, Room room) {
  STRONGROOM_CHECK(check());
  auto sequence = writer_->append(event, parameters, room);
  if (sequence && options_.observe) options_.observe(event, *sequence);
  return sequence;
}

Status AuditLog::append_record(evidence::EntryType type, BytesView content) {
  STRONGROOM_CHECK(check());
  const auto put = writer_->append_record(type, content, Room::administration);
  return put ? Status() : Status(put.error());
}

void AuditLog::sync(std::uint64_t sequence) {
  if (ready_) writer_->sync(sequence);
}

void AuditLog::sync_all() {
  if (ready_) writer_->sync(writer_->next() - 1);
}

void AuditLog::poke() {
  if (ready_) keeper_->poke();
}

void AuditLog::open_intent(std::uint64_t sequence) {
  const std::lock_guard guard(intents_mutex_);
  intents_.insert(sequence);
}

void AuditLog::close_intent(std::uint64_t sequence) {
  const std::lock_guard guard(intents_mutex_);
  intents_.erase(sequence);
}

void AuditLog::set_pin(const StorePin& pin) {
  if (ready_) writer_->set_pin(pin);
}

void AuditLog::set_store(std::uint64_t generation, const evidence::Hash& accumulator) {
  const std::lock_guard guard(pin_mutex_);
  StorePin pin = this->pin();
  pin.generation = generation;
  pin.accumulator = accumulator;
  set_pin(pin);
}

void AuditLog::set_header_generation(std::uint64_t generation) {
  const std::lock_guard guard(pin_mutex_);
  StorePin pin = this->pin();
  pin.header_generation = generation;
  set_pin(pin);
}

void AuditLog::fail(std::string problem) {
  const std::lock_guard guard(problem_mutex_);
  if (problem_.empty()) problem_ = std::move(problem);
}

StorePin AuditLog::pin() const {
  return ready_ ? writer_->pin() : StorePin{};
}

Status AuditLog::with_reader(const std::function<Status(EventReader&, std::uint64_t)>& work) {
  STRONGROOM_CHECK(readable());
  const std::shared_lock guard(keys_mutex_);
  if (!keys_) return make_error(ErrorCode::locked, "the log can be read when the store is open; 'strongroom unlock'");
  const std::uint64_t end = writer_->next();
  EventReader reader(folder_.path(), offsets_, writer_->log(), *keys_, arena_, end, &locking_);
  Status done = work(reader, end);
  wipe_stack_below();
  return done;
}

void AuditLog::set_chores(std::function<std::optional<Keeper::Time>()> chores) {
  const std::lock_guard guard(chores_mutex_);
  chores_ = std::move(chores);
}

std::string AuditLog::origin() const {
  return ready_ ? evidence::origin_of(writer_->log()) : "";
}

std::string AuditLog::key_text() const {
  if (!ready_) return "";
  return evidence::make_verifier_key(origin(), evidence::k_note_key, keeper_->epoch_entry().identity_key).text();
}

}  // namespace strongroom::audit
