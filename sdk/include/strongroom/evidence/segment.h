// Segments: the files that hold the entries of an audit log. Format: docs/audit-format.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>
#include <strongroom/evidence/entry.h>

namespace strongroom::evidence {

inline constexpr std::size_t k_segment_header = 40;
inline constexpr std::size_t k_slot_offset = 8;  // in a frame
inline constexpr std::size_t k_slot_size = 32;
inline constexpr std::size_t k_frame_header = k_slot_offset + k_slot_size;

struct SegmentHeader {
  LogId log{};
  std::uint64_t first = 0;  // sequence number
};

Bytes encode_segment_header(const SegmentHeader& header);
// Errors: corrupt, unsupported.
Result<SegmentHeader> parse_segment_header(BytesView bytes);

// "0000000000000000.log"
std::string segment_name(std::uint64_t first);

struct SegmentPlace {
  std::uint64_t first = 0;
  std::filesystem::path path;
};

// In order; names of another shape mean nothing and are left out. Errors: not_found (no such folder), storage_failed.
Result<std::vector<SegmentPlace>> list_segments(const std::filesystem::path& log_folder);

// What stands before an entry: length, CRC and slot (32 bytes, or nothing for zeros). `out` has k_frame_header bytes.
void write_frame_header(BytesView entry, BytesView slot, MutableBytes out) noexcept;

// The size of the whole frame at `offset`, with a right CRC and an entry whose number is not below `least` nor far
// above it; 0 when there is none.
std::size_t whole_frame_at(BytesView segment, std::uint64_t offset, std::uint64_t least) noexcept;

// Reads the frames of one segment in order, through a buffer of 64 KiB. Not thread-safe. Move-only.
class FrameReader {
 public:
  // `offset`: of a frame; 0 stands for the first. Errors: storage_failed, corrupt and unsupported (header).
  static Result<FrameReader> open(const std::filesystem::path& segment, std::uint64_t offset = 0);
  FrameReader(FrameReader&& other) noexcept;
  FrameReader& operator=(FrameReader&& other) noexcept;
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;
  ~FrameReader();

  const SegmentHeader& header() const noexcept { return header_; }

  // The next entry, valid until the next call; nothing at the end of the segment. Errors: corrupt (no whole frame with
  // a right CRC: damage, or a torn end), storage_failed.
  Result<std::optional<BytesView>> next();

  // The slot of the entry that next() gave, valid as long.
  BytesView slot() const noexcept { return slot_; }

  // Where the next frame begins: behind the last one that was read.
  std::uint64_t offset() const noexcept { return offset_; }

  // Reads on from here, the offset of a frame.
  void go_to(std::uint64_t offset) noexcept { offset_ = offset; }

  // How many bytes from offset() on to the last one that is not zero. Reads up to the end of the file, or until `blank`
  // zeros follow each other.
  Result<std::uint64_t> torn_bytes(std::uint64_t blank = ~std::uint64_t{0});

 private:
  explicit FrameReader(int descriptor) noexcept : descriptor_(descriptor) {}

  Result<std::optional<BytesView>> read_frame();
  // At least `size` bytes from offset_ on in the buffer, or fewer at the end of the file.
  Result<BytesView> look(std::size_t size);

  int descriptor_ = -1;
  SegmentHeader header_;
  std::uint64_t offset_ = k_segment_header;
  BytesView slot_;
  Bytes buffer_;
  std::uint64_t buffered_from_ = 0;
};

}  // namespace strongroom::evidence
