#include "daemon/audit/log_writer.h"

#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include <strongroom/base/random.h>

namespace strongroom::audit {
namespace {

using evidence::EntryType;
using evidence::SkipKind;

constexpr std::int64_t k_second = 1'000'000'000;
constexpr std::int64_t k_jump_s = 5;             // a clock that is off by less is being corrected, not set
constexpr std::uint64_t k_key_record_due = 250;  // of at most 256: room for a skip and an epoch record
constexpr std::uint64_t k_usual_entry = 4096;    // bytes, key and skip record before it included
constexpr std::size_t k_sealing_stack = 4096;    // deep enough for BLAKE2b and XChaCha20-Poly1305
constexpr std::size_t k_drawn = 256;             // random bytes, the most that getentropy gives at once
constexpr std::size_t k_pin_size = 32 + 8 + 32 + 8 + 8;

int sync_data(int descriptor) noexcept {
#if defined(__APPLE__)
  return fcntl(descriptor, F_FULLFSYNC);
#else
  return fdatasync(descriptor);
#endif
}

[[noreturn]] void end_process() noexcept {
  std::_Exit(EXIT_FAILURE);
}

// About how long the entry will be, at most.
std::uint64_t size_of(const evidence::Event& event) noexcept {
  std::uint64_t size = k_usual_entry + event.objects.size();
  for (const auto path : event.paths) size += path.size() + 8;
  return size;
}

// What the log could not write, said to whoever asked for something else.
Error unavailable(const Error& cause) {
  return make_error(ErrorCode::audit_unavailable, cause.message);
}

}  // namespace

LogWriter::LogWriter(LogFolder& folder, Segment newest, const LogEnd& end, Ports ports)
    : folder_(folder),
      ports_(std::move(ports)),
      log_(end.log),
      segment_(std::make_shared<Segment>(std::move(newest))),
      offset_(end.offset),
      synced_offset_(end.offset),
      in_reserve_(!folder.has_reserve()),
      epoch_(end.epoch),
      epoch_record_(end.epoch_record),
      opening_key_(end.opening_key),
      time_s_(end.time_s.value_or(ports_.clocks.wall_ns() / k_second)),
      frame_(wiped_heap()),
      plain_(wiped_heap()),
      random_(wiped_heap()),
      next_(end.next),
      durable_(end.next) {}

evidence::EntryHeader LogWriter::header(EntryType type, std::uint32_t epoch) const noexcept {
  return {.type = type, .epoch = epoch, .sequence = next(), .time_s = time_s_, .boot = ports_.clocks.boot_id()};
}

void LogWriter::begin_entry(const evidence::EntryHeader& header) {
  frame_.resize(evidence::k_frame_header);
  evidence::write_header(header, frame_);
}

Result<std::uint64_t> LogWriter::append(evidence::Event& event, BytesView parameters, Room room) {
  const std::lock_guard guard(mutex_);
  const Times times{ports_.clocks.wall_ns(), ports_.clocks.boot_ns()};
  STRONGROOM_CHECK(noted(prepare(times, room, size_of(event))));
  event.time_ns = times.wall_ns;
  event.boot_ns = times.boot_ns;
  const std::uint64_t sequence = next();
  seal_event(event, parameters);
  // BLAKE2b leaves what it made below.
  wipe_stack_below(k_sealing_stack);
  STRONGROOM_CHECK(noted(put(slot_, room)));
  return sequence;
}

Result<std::uint64_t> LogWriter::append_record(EntryType type, BytesView content, Room room) {
  const std::lock_guard guard(mutex_);
  STRONGROOM_CHECK(
      noted(prepare({ports_.clocks.wall_ns(), ports_.clocks.boot_ns()}, room, k_usual_entry + content.size())));
  const std::uint64_t sequence = next();
  STRONGROOM_CHECK(noted(put_record(type, content, room)));
  return sequence;
}

Status LogWriter::append_epoch(const MakeEpoch& make, const evidence::PublicKey& opening_key) {
  const std::lock_guard guard(mutex_);
  if (next() != 0)
    STRONGROOM_CHECK(noted(note_clock({ports_.clocks.wall_ns(), ports_.clocks.boot_ns()}, Room::administration)));
  begin_entry(header(EntryType::epoch, epoch_ + 1));
  const Bytes head(frame_.begin() + evidence::k_frame_header, frame_.end());
  STRONGROOM_ASSIGN(const Bytes content, make(head, next()));
  frame_.insert(frame_.end(), content.begin(), content.end());
  const std::uint64_t sequence = next();
  STRONGROOM_CHECK(noted(put({}, Room::administration)));
  ++epoch_;
  epoch_record_ = sequence;
  opening_key_ = opening_key;
  return {};
}

Status LogWriter::begin_chain(Room room) {
  const std::lock_guard guard(mutex_);
  STRONGROOM_CHECK(noted(note_clock({ports_.clocks.wall_ns(), ports_.clocks.boot_ns()}, room)));
  return noted(put_key_record(room));
}

Status LogWriter::prepare(const Times& times, Room room, std::uint64_t coming) {
  if (room == Room::ordinary && in_reserve_) {
    STRONGROOM_CHECK(folder_.make_spares());
    in_reserve_ = false;
  }
  STRONGROOM_CHECK(note_clock(times, room));
  // A segment begins with a key record, so that it can be read when those before it are archived.
  const bool full = offset_ + std::min(coming, folder_.segment_size() / 2) > segment_->size();
  if (full) STRONGROOM_CHECK(roll(room));
  // There is no chain when its record could not be written at the start.
  if (!full && !chain_.empty() && next() - chain_.record() < k_key_record_due) return {};
  return put_key_record(room);
}

Status LogWriter::note_clock(const Times& times, Room room) {
  const std::int64_t wall_s = times.wall_ns / k_second;
  const bool first = !times_.has_value();
  const std::int64_t passed_s = first ? 0 : static_cast<std::int64_t>(times.boot_ns - times_->boot_ns) / k_second;
  const std::int64_t moved_s = first ? 0 : (times.wall_ns - times_->wall_ns) / k_second;
  Status noted;
  if (wall_s < time_s_ - k_jump_s)
    noted = put_skip(SkipKind::clock_back, wall_s, room);
  else if (first && next() > 1)
    noted = put_skip(SkipKind::downtime, std::max(wall_s, time_s_), room);
  else if (moved_s - passed_s > k_jump_s)
    noted = put_skip(SkipKind::clock_forward, std::max(wall_s, time_s_), room);
  if (!noted) return noted;
  times_ = times;
  time_s_ = std::max(time_s_, wall_s);
  return {};
}

Status LogWriter::put_skip(SkipKind kind, std::int64_t to_s, Room room) {
  Bytes content;
  ByteWriter writer(content);
  writer.u8(static_cast<std::uint8_t>(kind));
  writer.i64(time_s_);
  writer.i64(to_s);
  const std::int64_t before = std::exchange(time_s_, to_s);
  Status status = put_record(EntryType::skip, content, room);
  if (!status) time_s_ = before;
  return status;
}

Status LogWriter::put_key_record(Room room) {
  STRONGROOM_ASSIGN(SealingChain chain, SealingChain::begin(ports_.arena, next()));
  WipedBytes plain(wiped_heap());
  plain.reserve(k_pin_size);
  ByteWriter writer(plain);
  writer.raw(chain.first_key());
  writer.u64(pin_.generation);
  writer.raw(pin_.accumulator);
  writer.u64(pin_.header_generation);
  writer.u64(oldest_intent_ ? oldest_intent_() : evidence::k_unknown);
  Bytes content(8 + evidence::k_key_box);
  for (std::size_t i = 0; i < 8; ++i) content[i] = static_cast<Byte>(epoch_record_ >> (8 * i));
  if (crypto_box_seal(content.data() + 8, plain.data(), plain.size(), opening_key_.data()) != 0)
    return make_error(ErrorCode::tampered, "the log's opening key is no key");
  STRONGROOM_CHECK(put_record(EntryType::key, content, room));
  chain_ = std::move(chain);
  return {};
}

Status LogWriter::put_record(EntryType type, BytesView content, Room room) {
  begin_entry(header(type, epoch_));
  frame_.insert(frame_.end(), content.begin(), content.end());
  return put({}, room);
}

void LogWriter::take_random(MutableBytes out) noexcept {
  if (random_.size() < out.size()) {
    random_.resize(k_drawn);
    fill_random(random_);
  }
  const MutableBytes taken = MutableBytes(random_).last(out.size());
  std::ranges::copy(taken, out.begin());
  wipe(taken.data(), taken.size());
  random_.resize(random_.size() - out.size());
}

void LogWriter::seal_event(evidence::Event& event, BytesView parameters) {
  evidence::Key32 entry_key;
  evidence::Key32 r{};
  evidence::Hash commitment;
  const std::uint32_t index = chain_.next_index();
  chain_.take(entry_key, slot_);
  if (ports_.observe_key) ports_.observe_key(chain_.record(), index, entry_key);
  if (!parameters.empty() || event.has_box()) take_random(r);
  if (!parameters.empty()) {
    evidence::request_commitment(r, parameters, commitment);
    event.request_commitment = commitment;
  }
  begin_entry(header(EntryType::event, epoch_));
  plain_.clear();
  evidence::encode_body(event, plain_);
  const std::size_t body = plain_.size();
  if (event.has_box()) evidence::encode_box(event, plain_);
  const BytesView body_text = BytesView(plain_).first(body);
  const BytesView box_text = BytesView(plain_).subspan(body);
  ByteWriter writer(frame_);
  writer.u32(index);
  writer.u32(static_cast<std::uint32_t>(evidence::sealed_size(body)));
  writer.u32(box_text.empty() ? 0 : static_cast<std::uint32_t>(evidence::sealed_size(box_text.size())));
  const std::size_t at = frame_.size();
  const std::size_t body_part = 32 + evidence::sealed_size(body);
  const std::size_t box_part = box_text.empty() ? 0 : 32 + evidence::sealed_size(box_text.size());
  frame_.resize(at + body_part + box_part);
  const MutableBytes out(frame_);
  const BytesView bound = BytesView(frame_).subspan(evidence::k_frame_header, evidence::k_event_bound);
  seal_part(evidence::Part::body, entry_key, log_, bound, body_text, out.subspan(at, body_part));
  if (box_part != 0) seal_part(evidence::Part::box, r, log_, bound, box_text, out.subspan(at + body_part, box_part));
  for (std::size_t i = 0; i < slot_.size(); ++i) slot_[i] = box_part == 0 ? Byte{0} : slot_[i] ^ r[i];
  event.request_commitment = {};
  wipe(entry_key.data(), entry_key.size());
  wipe(r.data(), r.size());
  wipe(plain_.data(), plain_.size());
}

Status LogWriter::put(BytesView slot, Room room) {
  const MutableBytes frame(frame_);
  const BytesView entry = frame.subspan(evidence::k_frame_header);
  if (entry.size() > evidence::k_max_entry)
    return make_error(ErrorCode::too_large, "the event is too long to be logged");
  evidence::write_frame_header(entry, slot, frame.first(evidence::k_frame_header));
  if (offset_ + frame.size() > segment_->size()) STRONGROOM_CHECK(roll(room));
  if (offset_ - synced_offset_ > k_most_unsynced) sync_here();
  if (unclean_ != 0) {
    const Bytes zeros(unclean_);
    STRONGROOM_CHECK(segment_->write(zeros, offset_));
    unclean_ = 0;
  }
  if (Status written = segment_->write(frame, offset_); !written) {
    unclean_ = frame.size();
    return written;
  }
  offset_ += frame.size();
  next_.store(next() + 1, std::memory_order_release);
  if (ports_.appended) ports_.appended(next());
  return {};
}

// The old segment is whole on the disk before the new one has a name.
Status LogWriter::roll(Room room) {
  if (frame_.size() + evidence::k_segment_header > folder_.segment_size())
    return make_error(ErrorCode::too_large, "the event is too long to be logged");
  if (unclean_ != 0) {
    const Bytes zeros(std::min<std::uint64_t>(unclean_, segment_->size() - offset_));
    STRONGROOM_CHECK(segment_->write(zeros, offset_));
    unclean_ = 0;
  }
  sync_here();
  STRONGROOM_ASSIGN(Segment made,
                    folder_.create_segment({log_, next()}, room, [this](const Error&) { end_unsynced(); }));
  segment_ = std::make_shared<Segment>(std::move(made));
  offset_ = synced_offset_ = evidence::k_segment_header;
  in_reserve_ = !folder_.has_reserve();
  return {};
}

void LogWriter::sync_here() {
  sync_now(*segment_);
  synced_offset_ = offset_;
  note_durable(next());
}

void LogWriter::note_durable(std::uint64_t reached) {
  const std::lock_guard lock(sync_mutex_);
  durable_.store(std::max(durable(), reached), std::memory_order_release);
  synced_.notify_all();
}

void LogWriter::sync_now(const Segment& segment) {
  if (sync_data(segment.descriptor()) != 0) end_unsynced();
}

void LogWriter::end_unsynced() {
  const Error error = make_error(ErrorCode::storage_failed, "the audit log could not be synced; the daemon ends");
  if (ports_.sync_failed) ports_.sync_failed(error);
  end_process();
}

void LogWriter::sync(std::uint64_t sequence) {
  if (next() == 0) return;
  sequence = std::min(sequence, next() - 1);
  std::unique_lock lock(sync_mutex_);
  while (durable() <= sequence) {
    if (syncing_) {
      synced_.wait(lock);
      continue;
    }
    syncing_ = true;
    lock.unlock();
    std::shared_ptr<Segment> segment;
    std::uint64_t reached = 0;
    std::uint64_t offset = 0;
    {
      const std::lock_guard guard(mutex_);
      segment = segment_;
      reached = next();
      offset = offset_;
    }
    sync_now(*segment);
    {
      const std::lock_guard guard(mutex_);
      if (segment == segment_) synced_offset_ = std::max(synced_offset_, offset);
    }
    lock.lock();
    syncing_ = false;
    durable_.store(std::max(durable(), reached), std::memory_order_release);
    synced_.notify_all();
  }
}

Status LogWriter::noted(Status status) {
  if (status) {
    failure_.reset();
    return status;
  }
  failure_ = status.error();
  return unavailable(status.error());
}

std::uint32_t LogWriter::epoch() const {
  const std::lock_guard guard(mutex_);
  return epoch_;
}

std::uint64_t LogWriter::chain_record() const {
  const std::lock_guard guard(mutex_);
  return chain_.record();
}

void LogWriter::set_pin(const StorePin& pin) {
  const std::lock_guard guard(mutex_);
  pin_ = pin;
}

StorePin LogWriter::pin() const {
  const std::lock_guard guard(mutex_);
  return pin_;
}

void LogWriter::set_oldest_intent(std::function<std::uint64_t()> oldest) {
  const std::lock_guard guard(mutex_);
  oldest_intent_ = std::move(oldest);
}

std::optional<Error> LogWriter::failure() const {
  const std::lock_guard guard(mutex_);
  return failure_;
}

}  // namespace strongroom::audit
