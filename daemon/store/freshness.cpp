#include "daemon/store/freshness.h"

#include <algorithm>
#include <utility>

namespace strongroom::store {
namespace {

constexpr std::size_t k_prefix = 16;

Error short_key() {
  return make_error(ErrorCode::invalid_argument, "the key is too short to be followed");
}

Error cancelled() {
  return make_error(ErrorCode::cancelled, "the comparison was interrupted");
}

}  // namespace

FreshnessTracker::FreshnessTracker(std::uint32_t collection, FreshnessPorts ports,
                                   std::optional<std::uint32_t> companion)
    : collection_(collection), companion_(companion), ports_(std::move(ports)) {}

std::optional<std::uint64_t> FreshnessTracker::version_of(BytesView key) const {
  if (key.size() < k_prefix) return std::nullopt;
  const KeyPrefix prefix = KeyPrefix::of(key);
  if (is_leaving(prefix)) return std::nullopt;
  const auto version = versions_.find(prefix);
  return version == VersionMap::k_erased ? std::nullopt : version;
}

bool FreshnessTracker::is_leaving(const KeyPrefix& key) const {
  if (!any_leaving_.load(std::memory_order_acquire)) return false;
  const std::lock_guard lock(leaving_mutex_);
  return leaving_.contains(key);
}

Result<Sum256> FreshnessTracker::term(std::uint32_t collection, BytesView key, std::uint64_t version,
                                      BytesView bytes) const {
  // Length-prefixed, so that no two triples give one message.
  Bytes message;
  message.reserve(key.size() + 48);
  ByteWriter writer(message);
  writer.u32(collection);
  writer.bytes(key);
  writer.u64(version);
  const Digest256 digest = ports_.digest(bytes);
  writer.raw(digest);
  STRONGROOM_ASSIGN(const Digest256 out, ports_.prf(message));
  return Sum256(out);
}

Status FreshnessTracker::note_put(BytesView key, const std::optional<RowView>& old, std::uint64_t version,
                                  BytesView bytes) {
  if (key.size() < k_prefix) return short_key();
  STRONGROOM_ASSIGN(const Sum256 now, term(collection_, key, version, bytes));
  if (old) {
    STRONGROOM_ASSIGN(const Sum256 before, term(collection_, key, old->version, old->bytes));
    notes_.removed += before;
  } else {
    ++notes_.new_rows;
  }
  notes_.added += now;
  changes_.push_back({KeyPrefix::of(key), version});
  return {};
}

Status FreshnessTracker::note_erase(BytesView key, const RowView& old) {
  if (key.size() < k_prefix) return short_key();
  STRONGROOM_ASSIGN(const Sum256 before, term(collection_, key, old.version, old.bytes));
  notes_.removed += before;
  ++notes_.lost_rows;
  changes_.push_back({KeyPrefix::of(key), VersionMap::k_erased});
  // Readers see the commit before after_commit says so here: until then nothing is known of the row.
  const std::lock_guard lock(leaving_mutex_);
  leaving_.insert(KeyPrefix::of(key));
  any_leaving_.store(true, std::memory_order_release);
  return {};
}

Status FreshnessTracker::note_companion_put(BytesView key, std::uint64_t version, BytesView bytes) {
  if (!companion_) return {};
  if (key.size() < k_prefix) return short_key();
  STRONGROOM_ASSIGN(const Sum256 now, term(*companion_, key, version, bytes));
  notes_.added += now;
  ++notes_.new_rows;
  return {};
}

Status FreshnessTracker::note_companion_erase(BytesView key, const RowView& old) {
  if (!companion_) return {};
  if (key.size() < k_prefix) return short_key();
  STRONGROOM_ASSIGN(const Sum256 before, term(*companion_, key, old.version, old.bytes));
  notes_.removed += before;
  ++notes_.lost_rows;
  return {};
}

// A call may write several pieces under one intent.
void FreshnessTracker::piece_begin(std::optional<std::uint64_t> intent) noexcept {
  notes_at_piece_ = notes_;
  changes_at_piece_ = changes_.size();
  intents_at_piece_ = intents_.size();
  if (intent && (intents_.empty() || intents_.back() != *intent)) intents_.push_back(*intent);
}

void FreshnessTracker::piece_undone() noexcept {
  notes_ = notes_at_piece_;
  changes_.resize(changes_at_piece_);
  intents_.resize(intents_at_piece_);
}

Status FreshnessTracker::before_commit(WriteTransaction& transaction) {
  if (changes_.empty() && intents_.empty() && notes_.new_rows == 0 && notes_.lost_rows == 0) return {};
  if (!intents_.empty()) ports_.intent_durable(std::ranges::max(intents_));
  // Read in the same transaction that writes it: nothing here can run ahead of what is stored.
  STRONGROOM_ASSIGN(const auto stored, ports_.load(transaction));
  const Accumulator before = stored.value_or(Accumulator{});
  Sum256 sum(before.sum);
  sum += notes_.added;
  sum -= notes_.removed;
  saved_ = {sum.bytes(), before.rows + notes_.new_rows - notes_.lost_rows, before.generation.value_or(0) + 1,
            intents_.empty() ? before.intents : intents_};
  has_saved_ = true;
  return ports_.save(transaction, saved_);
}

void FreshnessTracker::after_commit(bool committed) noexcept {
  if (committed) {
    const std::lock_guard lock(mutex_);
    for (const Change& change : changes_) versions_.set(change.key, change.version);
  }
  if (any_leaving_.load(std::memory_order_relaxed)) {
    const std::lock_guard lock(leaving_mutex_);
    leaving_.clear();
    any_leaving_.store(false, std::memory_order_release);
  }
  if (committed && has_saved_) ports_.committed(saved_);
  has_saved_ = false;
  intents_ = {};
  intents_at_piece_ = 0;
  changes_ = {};
  notes_ = notes_at_piece_ = {};
  changes_at_piece_ = 0;
}

Status FreshnessTracker::take_row(std::uint32_t collection, BytesView key, const RowView& row, Comparison& comparison) {
  if (comparison.stop.stop_requested()) return cancelled();
  if (key.size() < k_prefix) return short_key();
  STRONGROOM_ASSIGN(const Sum256 now, term(collection, key, row.version, row.bytes));
  comparison.sum += now;
  ++comparison.rows;
  const std::lock_guard lock(mutex_);
  if (generation_ != comparison.generation) return cancelled();
  // What a commit has said since is newer than this snapshot.
  if (collection == collection_) versions_.set_if_unknown(KeyPrefix::of(key), row.version);
  return {};
}

Status FreshnessTracker::for_each_row(ReadTransaction& transaction, const RowWork& work) const {
  const auto scan_one = [&](std::uint32_t collection) -> Status {
    Range range;
    range.collection = collection;
    Status taken;
    STRONGROOM_CHECK(transaction.scan(range, [&](BytesView key, const RowView& row) {
      taken = work(collection, key, row);
      return taken.has_value();
    }));
    return taken;
  };
  STRONGROOM_CHECK(scan_one(collection_));
  return companion_ ? scan_one(*companion_) : Status();
}

Status FreshnessTracker::scan(ReadTransaction& transaction, Comparison& comparison) {
  STRONGROOM_ASSIGN(const auto stored, ports_.load(transaction));
  comparison.stored = stored.value_or(Accumulator{});
  return for_each_row(transaction, [&](std::uint32_t collection, BytesView key, const RowView& row) {
    return take_row(collection, key, row, comparison);
  });
}

Status FreshnessTracker::rebuild(Store& store, std::stop_token stop) {
  Comparison comparison{std::move(stop)};
  {
    const std::lock_guard lock(mutex_);
    comparison.generation = generation_;
  }
  STRONGROOM_CHECK(store.read([&](ReadTransaction& transaction) { return scan(transaction, comparison); }));
  const bool same = Sum256(comparison.stored.sum) == comparison.sum && comparison.stored.rows == comparison.rows;
  const std::lock_guard lock(mutex_);
  if (generation_ != comparison.generation) return cancelled();
  state_.store(same ? Freshness::verified : Freshness::mismatch, std::memory_order_release);
  return {};
}

Status FreshnessTracker::accept(Store& store) {
  forget();
  return store.write_and_wait([this](WriteTransaction& transaction) { return accept_in(transaction); });
}

Status FreshnessTracker::accept_in(WriteTransaction& transaction) {
  Accumulator found;
  Sum256 sum;
  STRONGROOM_CHECK(
      for_each_row(transaction, [&](std::uint32_t collection, BytesView key, const RowView& row) -> Status {
        STRONGROOM_ASSIGN(const Sum256 now, term(collection, key, row.version, row.bytes));
        sum += now;
        ++found.rows;
        return {};
      }));
  // The scan has met what this group wrote already, and before_commit adds its notes to what is saved here.
  sum += notes_.removed;
  sum -= notes_.added;
  found.rows = found.rows + notes_.lost_rows - notes_.new_rows;
  found.sum = sum.bytes();
  // What does not open any more is replaced all the same; the generation then begins anew and the audit log says so.
  if (const auto stored = ports_.load(transaction); stored && *stored) {
    found.generation = (*stored)->generation;
    found.intents = (*stored)->intents;
  }
  return ports_.save(transaction, found);
}

Status FreshnessTracker::raise_generation(Store& store, std::uint64_t least) {
  return store.write_and_wait([this, least](WriteTransaction& transaction) -> Status {
    STRONGROOM_ASSIGN(const auto stored, ports_.load(transaction));
    Accumulator raised = stored.value_or(Accumulator{});
    raised.generation = std::max(raised.generation.value_or(0), least);
    return ports_.save(transaction, raised);
  });
}

void FreshnessTracker::forget() {
  const std::lock_guard lock(mutex_);
  ++generation_;
  state_.store(Freshness::pending, std::memory_order_release);
  versions_.clear();
}

}  // namespace strongroom::store
