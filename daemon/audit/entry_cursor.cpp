#include "daemon/audit/entry_cursor.h"

#include <algorithm>

namespace strongroom::audit {
namespace {

std::uint64_t sequence_of(BytesView entry) noexcept {
  ByteReader reader(entry.subspan(8));
  return reader.u64();
}

}  // namespace

Status EntryCursor::open(const evidence::SegmentPlace& place, std::uint64_t sequence, std::uint64_t offset) {
  if (sequence != sequence_) last_key_.clear();
  STRONGROOM_ASSIGN(auto reader, evidence::FrameReader::open(place.path, offset));
  if (reader.header().first != place.first) return make_error(ErrorCode::corrupt, "a segment has a wrong name");
  reader_ = std::move(reader);
  segment_ = place.first;
  sequence_ = passed_from_ = sequence;
  passed_.clear();
  return {};
}

Result<evidence::SegmentPlace> EntryCursor::place_of(std::uint64_t sequence, bool anew) {
  if (places_.empty() || anew) {
    STRONGROOM_ASSIGN(places_, evidence::list_segments(folder_));
  }
  const auto after = std::ranges::upper_bound(places_, sequence, {}, &evidence::SegmentPlace::first);
  if (after == places_.begin()) return make_error(ErrorCode::not_found, "there is no such entry here");
  return *std::prev(after);
}

Status EntryCursor::seek(std::uint64_t sequence) {
  if (reader_ && (sequence == sequence_ || go_back(sequence))) return {};
  // Segments come and, with an archive, go.
  if (Status found = seek_in(sequence, false); found) return found;
  return seek_in(sequence, true);
}

Status EntryCursor::seek_in(std::uint64_t sequence, bool anew) {
  STRONGROOM_ASSIGN(const auto place, place_of(sequence, anew));
  const std::uint64_t block = sequence / k_block;
  // Reading on is cheaper than opening anew.
  if (reader_ && segment_ == place.first && sequence_ < sequence && sequence - sequence_ < k_block / 2)
    return read_up_to(sequence);
  const auto offset = block * k_block > place.first ? offsets_.find(block) : std::nullopt;
  if (offset) {
    // The file of offsets is derived and believed only when the entry is there.
    const auto there = open(place, block * k_block, *offset) ? next() : Result<std::optional<BytesView>>(std::nullopt);
    if (there && *there && (go_back(sequence) || read_up_to(sequence))) return {};
    offsets_.forget_from(block);
  }
  STRONGROOM_CHECK(open(place, place.first, 0));
  return read_up_to(sequence);
}

// Not behind a key record: which one comes before an entry would not be known then.
bool EntryCursor::go_back(std::uint64_t sequence) noexcept {
  if (sequence < passed_from_ || sequence - passed_from_ >= passed_.size()) return false;
  if (!last_key_.empty() && sequence_of(last_key_) > sequence) return false;
  reader_->go_to(passed_[sequence - passed_from_]);
  sequence_ = sequence;
  return true;
}

Status EntryCursor::read_up_to(std::uint64_t sequence) {
  while (sequence_ < sequence) {
    STRONGROOM_ASSIGN(const auto entry, next());
    if (!entry) return make_error(ErrorCode::not_found, "there is no such entry here");
  }
  return {};
}

void EntryCursor::note_passed() {
  if (sequence_ % k_block == 0) {
    offsets_.note(sequence_ / k_block, frame_offset_);
    passed_.clear();
    passed_from_ = sequence_;
  }
  if (sequence_ == passed_from_ + passed_.size()) passed_.push_back(frame_offset_);
}

Result<std::optional<BytesView>> EntryCursor::next() {
  for (;;) {
    frame_offset_ = reader_->offset();
    STRONGROOM_ASSIGN(const auto entry, reader_->next());
    if (entry) {
      if (sequence_of(*entry) != sequence_)
        return make_error(ErrorCode::corrupt, "an entry has another number than its place");
      if ((*entry)[1] == static_cast<Byte>(evidence::EntryType::key)) last_key_.assign(entry->begin(), entry->end());
      note_passed();
      ++sequence_;
      return entry;
    }
    STRONGROOM_ASSIGN(places_, evidence::list_segments(folder_));
    const auto following = std::ranges::find(places_, sequence_, &evidence::SegmentPlace::first);
    if (following == places_.end() || following->first == segment_) return std::optional<BytesView>();
    STRONGROOM_CHECK(open(*following, sequence_, 0));
  }
}

}  // namespace strongroom::audit
