#include "daemon/audit/recovery.h"

#include <algorithm>

#include <strongroom/evidence/archive.h>
#include <strongroom/evidence/verify_log.h>

#include "daemon/audit/entry_cursor.h"

namespace strongroom::audit {
namespace {

using evidence::EntryType;

// No crash leaves anything behind so many zeros.
constexpr std::uint64_t k_blank_end = k_most_unsynced + evidence::k_frame_header + evidence::k_max_entry;

// The end of the newest segment, and what its last entries say. At least one key record lies among the entries of two
// blocks, and it names the newest epoch record.
class EndFinder {
 public:
  EndFinder(LogFolder& folder, BlockOffsets& offsets, const evidence::BootId& current_boot)
      : folder_(folder), cursor_(folder.path(), offsets), current_boot_(current_boot) {}

  Status find(const evidence::SegmentPlace& newest, BlockOffsets& offsets, Recovered& found) {
    STRONGROOM_CHECK(go_back_from(newest, offsets));
    for (;;) {
      auto entry = cursor_.next();
      if (!entry && entry.error().code != ErrorCode::corrupt) return entry.error();
      if (!entry) break;
      if (!*entry) break;
      STRONGROOM_CHECK(take(**entry, found.end));
    }
    found.end.next = cursor_.sequence();
    found.end.offset = cursor_.offset();
    if (cursor_.segment() != newest.first) return make_error(ErrorCode::corrupt, damaged_at(found.end.next));
    STRONGROOM_ASSIGN(found.torn, cursor_.torn_bytes(k_blank_end));
    STRONGROOM_CHECK(judge_torn_end(found));
    return read_epoch(found);
  }

 private:
  // Two blocks before the last one that is known, or the beginning of what is there.
  Status go_back_from(const evidence::SegmentPlace& newest, BlockOffsets& offsets) {
    std::uint64_t block = newest.first / k_block;
    while (offsets.find(block + 1)) ++block;
    for (std::uint64_t start = block < 2 ? 0 : block - 2; start <= block; ++start)
      if (cursor_.seek(start * k_block)) return {};
    STRONGROOM_ASSIGN(const auto places, evidence::list_segments(folder_.path()));
    return cursor_.seek(places.front().first);
  }

  Status take(BytesView bytes, LogEnd& end) {
    STRONGROOM_ASSIGN(const auto entry, evidence::parse_entry(bytes));
    end.time_s = entry.header.time_s;
    boot_ = entry.header.boot;
    end.epoch = entry.header.epoch;
    if (entry.header.type == EntryType::epoch) epoch_record_ = entry.header.sequence;
    if (const auto* key = std::get_if<evidence::KeyEntry>(&entry.content)) epoch_record_ = key->epoch_record;
    return {};
  }

  Status read_epoch(Recovered& found) {
    if (!epoch_record_) return make_error(ErrorCode::corrupt, "the audit log has no epoch record where one has to be");
    found.end.epoch_record = *epoch_record_;
    STRONGROOM_ASSIGN(const Bytes bytes, epoch_bytes(*epoch_record_));
    STRONGROOM_ASSIGN(const auto entry, evidence::parse_entry(bytes));
    const auto* epoch = std::get_if<evidence::EpochEntry>(&entry.content);
    if (!epoch || !evidence::has_identity_signature(*epoch) || entry.header.epoch != found.end.epoch)
      return make_error(ErrorCode::tampered, "the audit log's epoch record " + std::to_string(*epoch_record_) +
                                                 " was changed outside Strongroom");
    found.epoch = *epoch;
    found.epoch_time_s = entry.header.time_s;
    found.epoch.signed_bytes = {};
    found.end.opening_key = epoch->opening_key;
    return {};
  }

  // An archive keeps the newest record of what it took.
  Result<Bytes> epoch_bytes(std::uint64_t sequence) {
    const auto archive = evidence::read_archive(folder_.path());
    if (archive && sequence < archive->size) return archive->epoch_records.back();
    STRONGROOM_CHECK(cursor_.seek(sequence));
    STRONGROOM_ASSIGN(const auto entry, cursor_.next());
    if (!entry) return make_error(ErrorCode::corrupt, damaged_at(sequence));
    return Bytes(entry->begin(), entry->end());
  }

  // A loss of power may leave whole frames behind one that is not; within one boot nothing does.
  Status judge_torn_end(Recovered& found) {
    if (found.torn == 0) return {};
    const auto behind = whole_frames_behind(found);
    found.lost = behind;
    if (behind == 0 || boot_ != current_boot_) return {};
    return make_error(ErrorCode::tampered,
                      damaged_at(found.end.next) + ", and " + std::to_string(behind) + " whole entries lie behind it");
  }

  // Frames may begin at any byte behind a torn one.
  std::uint64_t whole_frames_behind(const Recovered& found) const {
    const auto file = evidence::read_log_file(folder_.path() / "segments" / evidence::segment_name(cursor_.segment()),
                                              std::size_t{2} << 30);
    if (!file) return 0;
    const BytesView bytes = as_bytes(*file);
    std::uint64_t frames = 0;
    for (std::uint64_t at = found.end.offset + 1; at + evidence::k_frame_header < found.end.offset + found.torn;) {
      const std::size_t size = evidence::whole_frame_at(bytes, at, found.end.next);
      frames += size == 0 ? 0 : 1;
      at += size == 0 ? 1 : size;
    }
    return frames;
  }

  static std::string damaged_at(std::uint64_t sequence) {
    return "the audit log is damaged at entry " + std::to_string(sequence);
  }

  LogFolder& folder_;
  EntryCursor cursor_;
  const evidence::BootId current_boot_;
  evidence::BootId boot_{};
  std::optional<std::uint64_t> epoch_record_;
};

// A crash leaves the tiles of a level behind those of the level below by a little.
bool restore_near(LogFolder& folder, evidence::TiledTree& tree, std::uint64_t size, std::uint64_t least) {
  constexpr int k_tries = 300;
  for (int tries = 0; tries < k_tries && size >= least; ++tries, size -= k_block) {
    if (evidence::restore_tree(tree, folder.path(), size)) return true;
    if (size < least + k_block) break;
  }
  return false;
}

// From the tiles as far as they go, the rest from the entries.
Status make_tree(LogFolder& folder, BlockOffsets& offsets, evidence::TiledTree& tree, std::uint64_t size) {
  const auto archive = evidence::read_archive(folder.path());
  const std::uint64_t least = archive ? archive->size : 0;
  if (!restore_near(folder, tree, size / k_block * k_block, least))
    STRONGROOM_CHECK(evidence::restore_tree(tree, folder.path(), least));
  EntryCursor cursor(folder.path(), offsets);
  if (tree.size() == size) return {};
  STRONGROOM_CHECK(cursor.seek(tree.size()));
  while (tree.size() < size) {
    STRONGROOM_ASSIGN(const auto entry, cursor.next());
    if (!entry) return make_error(ErrorCode::corrupt, "the audit log ends too early");
    STRONGROOM_CHECK(tree.append(evidence::leaf_hash(*entry)));
  }
  return {};
}

// What the newest checkpoint says has to be there still.
Status compare_checkpoint(LogFolder& folder, const evidence::TiledTree& tree, Recovered& found) {
  const auto text = evidence::read_log_file(folder.path() / "checkpoint");
  if (!text && text.error().code == ErrorCode::not_found) {
    std::error_code ignored;
    const bool was_signed = found.end.epoch > 1 || evidence::read_archive(folder.path()) ||
                            !std::filesystem::is_empty(folder.path() / "cosigned", ignored);
    if (!was_signed) return {};
    return make_error(ErrorCode::tampered, "the audit log's checkpoint was removed outside Strongroom");
  }
  if (!text) return text.error();
  const Error changed = make_error(ErrorCode::tampered, "the audit log's checkpoint was changed outside Strongroom");
  auto note = evidence::Note::parse(*text);
  const auto checkpoint = note ? evidence::Checkpoint::parse(note->text) : Result<evidence::Checkpoint>(note.error());
  const std::string origin = evidence::origin_of(found.end.log);
  const auto identity = evidence::make_verifier_key(origin, evidence::k_note_key, found.epoch.identity_key);
  if (!checkpoint || checkpoint->origin != origin || !evidence::verify_note(*note, identity)) return changed;
  if (checkpoint->size > found.end.next)
    return make_error(ErrorCode::tampered, "the audit log was cut: its checkpoint covers " +
                                               std::to_string(checkpoint->size) + " entries, and there are " +
                                               std::to_string(found.end.next));
  STRONGROOM_ASSIGN(const auto root, evidence::root_of(checkpoint->size, tree.reader()));
  if (root != checkpoint->root)
    return make_error(ErrorCode::tampered,
                      "the audit log does not hold what its checkpoint signed; 'strongroom audit verify' tells where");
  found.signed_entries = checkpoint->size;
  found.checkpoint = std::move(*note);
  return {};
}

Status clear_torn_end(const Recovered& found) {
  constexpr std::uint64_t k_at_once = 64 * 1024;
  const Bytes zeros(std::min(found.torn, k_at_once));
  for (std::uint64_t done = 0; done < found.torn; done += k_at_once) {
    const auto size = std::min(k_at_once, found.torn - done);
    STRONGROOM_CHECK(found.newest.write(BytesView(zeros).first(size), found.end.offset + done));
  }
  return {};
}

Status find_all(LogFolder& folder, BlockOffsets& offsets, evidence::TiledTree& tree, const evidence::BootId& boot,
                const evidence::SegmentPlace& newest, Recovered& found) {
  STRONGROOM_CHECK(EndFinder(folder, offsets, boot).find(newest, offsets, found));
  offsets.forget_from((found.end.next + k_block - 1) / k_block);
  STRONGROOM_CHECK(make_tree(folder, offsets, tree, found.end.next));
  return compare_checkpoint(folder, tree, found);
}

}  // namespace

Result<std::optional<Recovered>> recover(LogFolder& folder, BlockOffsets& offsets, evidence::TiledTree& tree,
                                         const evidence::BootId& boot) {
  STRONGROOM_ASSIGN(const auto places, evidence::list_segments(folder.path()));
  if (places.empty()) return std::optional<Recovered>();
  STRONGROOM_ASSIGN(auto reader, evidence::FrameReader::open(places.back().path));
  if (places.back().first == 0) {
    // A log that was never begun: the first entry is not there.
    const auto first = reader.next();
    if (first && !*first) {
      STRONGROOM_ASSIGN(const std::uint64_t behind, reader.torn_bytes());
      if (behind == 0 && !evidence::read_log_file(folder.path() / "checkpoint")) {
        STRONGROOM_CHECK(folder.remove(places.back().path));
        return std::optional<Recovered>();
      }
    }
  }
  Recovered found;
  STRONGROOM_ASSIGN(found.newest, folder.open_segment(places.back()));
  found.end.log = reader.header().log;
  const Status status = find_all(folder, offsets, tree, boot, places.back(), found);
  if (!status && status.error().code == ErrorCode::storage_failed) return status.error();
  if (!status)
    found.problem = status.error().message;
  else if (found.torn != 0)
    STRONGROOM_CHECK(clear_torn_end(found));
  return std::optional<Recovered>(std::move(found));
}

}  // namespace strongroom::audit
