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
inline constexpr std::size_t k_frame_header = 8;

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

// Appends length, CRC and entry.
template <class Container>
void write_frame(BytesView entry, Container& out);

// Reads the frames of one segment in order, through a buffer of 256 KiB. Not thread-safe. Move-only.
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

  // Where the next frame begins: behind the last one that was read.
  std::uint64_t offset() const noexcept { return offset_; }

  // How many bytes from offset() on to the last one that is not zero. Reads to the end of the file.
  Result<std::uint64_t> torn_bytes();

 private:
  explicit FrameReader(int descriptor) noexcept : descriptor_(descriptor) {}

  // At least `size` bytes from offset_ on in the buffer, or fewer at the end of the file.
  Result<BytesView> look(std::size_t size);

  int descriptor_ = -1;
  SegmentHeader header_;
  std::uint64_t offset_ = k_segment_header;
  Bytes buffer_;
  std::uint64_t buffered_from_ = 0;
};

}  // namespace strongroom::evidence

#include <strongroom/evidence/crc32c.h>

namespace strongroom::evidence {

template <class Container>
void write_frame(BytesView entry, Container& out) {
  const std::size_t start = out.size();
  ByteWriter<Container> writer(out);
  writer.u32(static_cast<std::uint32_t>(entry.size()));
  const std::uint32_t crc = crc32c(entry, crc32c({out.data() + start, 4}));
  writer.u32(crc);
  writer.raw(entry);
}

}  // namespace strongroom::evidence
