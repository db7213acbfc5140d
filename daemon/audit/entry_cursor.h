// Reads entries in order, from any one on, while the log grows.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include <strongroom/base/result.h>
#include <strongroom/evidence/entry.h>
#include <strongroom/evidence/segment.h>

#include "daemon/audit/block_offsets.h"

namespace strongroom::audit {

// Not thread-safe. The caller sees to it that it reads no entry that is not wholly written: it knows how many there
// are.
class EntryCursor {
 public:
  // Both must outlive the cursor.
  EntryCursor(const std::filesystem::path& log_folder, BlockOffsets& offsets)
      : folder_(log_folder), offsets_(offsets) {}

  // The next entry will be this one. Reads up to 255 entries before it, or none that were read just now. Errors:
  // not_found (archived, or there is none), corrupt, storage_failed.
  Status seek(std::uint64_t sequence);

  // Valid until the next call. Nothing at the end of the newest segment. Errors: corrupt (no whole frame; or an entry
  // with another number), storage_failed.
  Result<std::optional<BytesView>> next();

  // Of the entry that next() will give.
  std::uint64_t sequence() const noexcept { return sequence_; }

  // The newest key record that was passed since the last jump, as an entry; empty when there was none.
  BytesView last_key_record() const noexcept { return last_key_; }

  // Of the entry that next() gave.
  BytesView slot() const noexcept { return reader_->slot(); }

  std::uint64_t slot_offset() const noexcept { return frame_offset_ + evidence::k_slot_offset; }

  // The segment that is read, and where its next frame begins.
  std::uint64_t segment() const noexcept { return segment_; }

  std::uint64_t offset() const noexcept { return reader_ ? reader_->offset() : 0; }

  Result<std::uint64_t> torn_bytes(std::uint64_t blank) { return reader_->torn_bytes(blank); }

 private:
  // The segment that holds the entry, as far as is known; looks again when `anew`.
  Result<evidence::SegmentPlace> place_of(std::uint64_t sequence, bool anew);
  Status open(const evidence::SegmentPlace& place, std::uint64_t sequence, std::uint64_t offset);
  Status seek_in(std::uint64_t sequence, bool anew);
  Status read_up_to(std::uint64_t sequence);
  bool go_back(std::uint64_t sequence) noexcept;
  void note_passed();

  std::filesystem::path folder_;
  BlockOffsets& offsets_;
  std::vector<evidence::SegmentPlace> places_;
  std::optional<evidence::FrameReader> reader_;
  std::uint64_t segment_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t frame_offset_ = 0;
  Bytes last_key_;
  std::vector<std::uint64_t> passed_;  // offsets of the frames of this block that were read
  std::uint64_t passed_from_ = 0;
};

}  // namespace strongroom::audit
