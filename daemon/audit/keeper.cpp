#include "daemon/audit/keeper.h"

#include <strongroom/evidence/ed25519.h>
#include <strongroom/evidence/verify_log.h>

namespace strongroom::audit {

namespace {

constexpr std::uint64_t k_checkpoint_entries = 256;

}  // namespace

Keeper::Keeper(LogFolder& folder, BlockOffsets& offsets, LogWriter& writer, Times times, Ports ports)
    : folder_(folder),
      offsets_(offsets),
      writer_(writer),
      times_(times),
      ports_(std::move(ports)),
      tree_(write_tiles(folder), read_tiles(folder)),
      cursor_(folder.path(), offsets) {}

Keeper::~Keeper() {
  stop();
}

evidence::TiledTree::Full Keeper::write_tiles(LogFolder& folder) {
  return [&folder](unsigned level, std::uint64_t index, BytesView tile) {
    return folder.write_tile(evidence::tile_path(level, index, evidence::k_tile_width), tile);
  };
}

evidence::TiledTree::Read Keeper::read_tiles(LogFolder& folder) {
  return [&folder](unsigned level, std::uint64_t index) -> Result<Bytes> {
    STRONGROOM_ASSIGN(
        const std::string tile,
        evidence::read_log_file(folder.path() / evidence::tile_path(level, index, evidence::k_tile_width)));
    return Bytes(tile.begin(), tile.end());
  };
}

void Keeper::take(evidence::TiledTree tree, const evidence::EpochEntry& epoch, std::uint64_t signed_entries) {
  const std::lock_guard guard(mutex_);
  tree_ = std::move(tree);
  epoch_ = epoch;
  signed_entries_ = signed_entries;
  handled_ = tree_.size();
}

void Keeper::start() {
  thread_ = std::thread([this] { run(); });
  if (writer_.next() != handled_) appended(writer_.next());
}

void Keeper::stop() {
  {
    const std::lock_guard guard(wake_mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
  writer_.sync(writer_.next() - 1);
  if (can_sign()) (void)checkpoint();
}

void Keeper::appended(std::uint64_t next) noexcept {
  if (!awake_.exchange(true, std::memory_order_acq_rel)) {
    const std::lock_guard guard(wake_mutex_);
    wake_.notify_all();
  } else if (next - handled_.load(std::memory_order_relaxed) >= k_checkpoint_entries &&
             !urgent_.exchange(true, std::memory_order_acq_rel)) {
    const std::lock_guard guard(wake_mutex_);
    wake_.notify_all();
  }
}

void Keeper::poke() noexcept {
  poked_ = true;
  const std::lock_guard guard(wake_mutex_);
  wake_.notify_all();
}

// Nothing while the epoch is empty: an idle daemon is not woken.
std::optional<Keeper::Time> Keeper::epoch_due() const {
  const std::lock_guard guard(mutex_);
  if (epoch_seed_.empty() || writer_.next() <= epoch_began_) return std::nullopt;
  return epoch_since_ + times_.epoch;
}

// A sync every 100 ms, and 1 s or 256 entries to the checkpoint, but no more than four checkpoints a second: what is
// not signed yet is measured by time, and a checkpoint costs two signatures and three syncs.
void Keeper::wait_for_checkpoint(std::unique_lock<std::mutex>& lock) {
  const Time woken = Clock::now();
  Time next_sync = woken + times_.sync;
  for (;;) {
    const bool hurry = urgent_;
    const Time latest = woken + times_.checkpoint;
    const Time due = hurry ? std::min(checkpoint_since_ + times_.between, latest) : latest;
    if (stopping_ || Clock::now() >= due) return;
    wake_.wait_until(lock, std::min(due, next_sync), [&] { return stopping_ || urgent_ != hurry; });
    if (Clock::now() < next_sync) continue;
    next_sync += times_.sync;
    if (writer_.durable() >= writer_.next()) continue;
    lock.unlock();
    writer_.sync(writer_.next() - 1);
    lock.lock();
  }
}

// Sleeps until something is appended.
void Keeper::run() {
  std::unique_lock lock(wake_mutex_);
  Time retry{};
  while (!stopping_) {
    poked_ = false;
    lock.unlock();
    std::optional<Time> next = ports_.chores ? ports_.chores() : std::nullopt;
    if (const auto due = epoch_due(); due && *due <= Clock::now())
      if (auto changed = change_epoch(false); !changed) {
        if (!may_pass(changed.error())) raise(changed.error());
        retry = Clock::now() + times_.checkpoint;
      }
    if (auto due = epoch_due()) next = std::min(next.value_or(Time::max()), std::max(*due, retry));
    lock.lock();
    const auto something = [this] { return stopping_ || awake_ || poked_; };
    if (next)
      wake_.wait_until(lock, *next, something);
    else
      wake_.wait(lock, something);
    if (stopping_ || !awake_) continue;
    wait_for_checkpoint(lock);
    if (stopping_) break;
    awake_ = false;
    urgent_ = false;
    lock.unlock();
    // Without space this fails, and the next segment says so.
    if (!folder_.has_spares()) (void)folder_.make_spares();
    const auto made = checkpoint();
    checkpoint_since_ = Clock::now();
    if (!made && made.error().code != ErrorCode::locked) {
      if (!may_pass(made.error())) raise(made.error());
      // Without space it is tried again until there is some.
      awake_ = true;
    }
    lock.lock();
  }
}

void Keeper::raise(const Error& error) {
  {
    const std::lock_guard guard(mutex_);
    if (std::exchange(raised_, true)) return;
  }
  if (ports_.alarm) ports_.alarm(error.message);
}

Status Keeper::catch_up(std::uint64_t size) {
  const std::uint64_t before = tree_.size();
  if (before >= size) return {};
  STRONGROOM_CHECK(cursor_.seek(before));
  while (tree_.size() < size) {
    STRONGROOM_ASSIGN(const auto entry, cursor_.next());
    if (!entry)
      return make_error(ErrorCode::corrupt, "the audit log is damaged at entry " + std::to_string(tree_.size()));
    STRONGROOM_CHECK(tree_.append(evidence::leaf_hash(*entry)));
  }
  handled_ = tree_.size();
  return before / k_block == size / k_block ? Status() : write_partial_tiles();
}

// Of the levels above the leaves, so that a start need not make them again from all tiles below.
Status Keeper::write_partial_tiles() {
  for (unsigned level = 1; level < tree_.levels(); ++level) {
    const auto& edge = tree_.edge(level);
    if (edge.empty()) continue;
    const std::uint64_t index = (tree_.size() >> (8 * level)) / evidence::k_tile_width;
    Bytes bytes;
    for (const auto& hash : edge) bytes.insert(bytes.end(), hash.begin(), hash.end());
    const auto name = std::filesystem::path(evidence::tile_path(level, index, static_cast<unsigned>(edge.size())));
    STRONGROOM_CHECK(folder_.write_tile(name, bytes));
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator((folder_.path() / name).parent_path(), ignored))
      if (file.path().filename() != name.filename()) std::filesystem::remove(file.path(), ignored);
  }
  return {};
}

Result<std::string> Keeper::checkpoint() {
  const std::lock_guard guard(mutex_);
  const std::uint64_t size = writer_.next();
  if (size != 0) writer_.sync(size - 1);
  STRONGROOM_CHECK(catch_up(size));
  if (epoch_seed_.empty()) return make_error(ErrorCode::locked, "the log cannot be signed before the first unlock");
  if (tree_.size() == signed_entries_ && !checkpoint_.empty()) return checkpoint_;
  return sign_checkpoint();
}

Result<std::string> Keeper::sign_checkpoint() {
  const std::string origin = evidence::origin_of(writer_.log());
  const evidence::Checkpoint checkpoint{origin, tree_.size(), tree_.root()};
  evidence::Note note{checkpoint.text(), {}};
  const auto with = [](const vault::Key& seed) {
    return [&seed](BytesView message) { return evidence::Ed25519::sign(seed.view(), message); };
  };
  const auto identity = evidence::make_verifier_key(origin, evidence::k_note_key, epoch_.identity_key);
  const auto epoch = evidence::make_verifier_key(evidence::epoch_key_name(origin, writer_.epoch()),
                                                 evidence::k_note_key, epoch_.epoch_key);
  STRONGROOM_ASSIGN(auto by_identity, evidence::sign_note(identity, note.text, with(identity_seed_)));
  STRONGROOM_ASSIGN(auto by_epoch, evidence::sign_note(epoch, note.text, with(epoch_seed_)));
  note.signatures = {std::move(by_identity), std::move(by_epoch)};
  std::string text = note.serialize();
  STRONGROOM_CHECK(folder_.replace("checkpoint", text));
  checkpoint_ = text;
  signed_entries_ = checkpoint.size;
  signed_ms_ = system_clocks().wall_ns() / 1'000'000;
  return text;
}

Result<evidence::Note> Keeper::sign_as_identity(const std::string& text) {
  const std::lock_guard guard(mutex_);
  if (identity_seed_.empty()) return make_error(ErrorCode::locked, "nothing can be signed before the first unlock");
  const auto identity =
      evidence::make_verifier_key(evidence::origin_of(writer_.log()), evidence::k_note_key, epoch_.identity_key);
  STRONGROOM_ASSIGN(auto signature, evidence::sign_note(identity, text, [this](BytesView message) {
                      return evidence::Ed25519::sign(identity_seed_.view(), message);
                    }));
  return evidence::Note{text, {std::move(signature)}};
}

Status Keeper::add_cosignatures(const evidence::Note& cosigned) {
  const std::lock_guard guard(mutex_);
  STRONGROOM_ASSIGN(auto held, evidence::Note::parse(checkpoint_));
  if (held.text != cosigned.text) return {};
  for (const auto& line : cosigned.signatures) {
    std::erase_if(held.signatures, [&](const auto& old) { return old.name == line.name && old.id == line.id; });
    held.signatures.push_back(line);
  }
  checkpoint_ = held.serialize();
  return folder_.replace("checkpoint", checkpoint_);
}

Keeper::State Keeper::state() const {
  const std::lock_guard guard(mutex_);
  return {tree_.size(), signed_entries_, signed_ms_, writer_.epoch(), checkpoint_};
}

Status Keeper::with_tree(const std::function<Status(const evidence::TiledTree&)>& work) {
  const std::lock_guard guard(mutex_);
  STRONGROOM_CHECK(catch_up(writer_.next()));
  return work(tree_);
}

evidence::EpochEntry Keeper::epoch_entry() const {
  const std::lock_guard guard(mutex_);
  return epoch_;
}

}  // namespace strongroom::audit
