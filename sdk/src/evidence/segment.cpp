#include <strongroom/evidence/segment.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include <strongroom/evidence/crc32c.h>

namespace strongroom::evidence {
namespace {

constexpr std::string_view k_magic = "SRMAUDIT";
constexpr std::size_t k_buffer = 64 * 1024;

Error unreadable() {
  return make_error(ErrorCode::storage_failed, "a segment of the log cannot be read");
}

bool is_zero(BytesView bytes) noexcept {
  return bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

std::optional<std::uint64_t> number_of(std::string_view name) {
  if (name.size() != 20 || !name.ends_with(".log")) return std::nullopt;
  std::uint64_t first = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + 16, first, 16);
  if (error != std::errc() || end != name.data() + 16 || segment_name(first) != name) return std::nullopt;
  return first;
}

}  // namespace

Bytes encode_segment_header(const SegmentHeader& header) {
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.raw(as_bytes(k_magic));
  writer.u16(1);
  writer.u16(0);
  writer.u32(0);
  writer.raw(header.log);
  writer.u64(header.first);
  return bytes;
}

Result<SegmentHeader> parse_segment_header(BytesView bytes) {
  ByteReader reader(bytes);
  const auto magic = as_text(reader.raw(k_magic.size()));
  const std::uint16_t format = reader.u16();
  const bool blank = reader.u16() == 0 && reader.u32() == 0;
  SegmentHeader header;
  const BytesView log = reader.raw(header.log.size());
  header.first = reader.u64();
  if (!reader.finished() || magic != k_magic || !blank)
    return make_error(ErrorCode::corrupt, "the header of a segment is damaged");
  if (format != 1) return make_error(ErrorCode::unsupported, "the log was written by a newer version of Strongroom");
  std::ranges::copy(log, header.log.begin());
  return header;
}

std::string segment_name(std::uint64_t first) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string name(16, '0');
  for (std::size_t i = 0; i < 16; ++i) name[15 - i] = k_digits[first >> (4 * i) & 15];
  return name + ".log";
}

Result<std::vector<SegmentPlace>> list_segments(const std::filesystem::path& log_folder) {
  std::error_code error;
  std::vector<SegmentPlace> places;
  std::filesystem::directory_iterator entries(log_folder / "segments", error);
  for (const auto end = std::filesystem::directory_iterator(); !error && entries != end; entries.increment(error))
    if (const auto first = number_of(entries->path().filename().native())) places.push_back({*first, entries->path()});
  if (error == std::errc::no_such_file_or_directory) return make_error(ErrorCode::not_found, "there is no log here");
  if (error) return make_error(ErrorCode::storage_failed, "the folder of the log cannot be read");
  std::ranges::sort(places, {}, &SegmentPlace::first);
  return places;
}

void write_frame_header(BytesView entry, BytesView slot, MutableBytes out) noexcept {
  const auto put = [&out](std::uint32_t value, std::size_t at) {
    for (std::size_t i = 0; i < 4; ++i) out[at + i] = static_cast<Byte>(value >> (8 * i));
  };
  put(static_cast<std::uint32_t>(entry.size()), 0);
  put(crc32c(entry, crc32c(out.first(4))), 4);
  const MutableBytes place = out.subspan(k_slot_offset, k_slot_size);
  if (slot.empty())
    std::ranges::fill(place, Byte{0});
  else
    std::ranges::copy(slot, place.begin());
}

std::size_t whole_frame_at(BytesView segment, std::uint64_t offset, std::uint64_t least) noexcept {
  constexpr std::uint64_t k_far = 1'000'000;
  ByteReader reader(segment.subspan(std::min<std::uint64_t>(offset, segment.size())));
  const std::size_t length = reader.u32();
  const std::uint32_t crc = reader.u32();
  reader.raw(k_slot_size);
  const BytesView entry = reader.raw(length);
  if (!reader.ok() || length < k_header_size || length > k_max_entry || entry[0] != 1) return 0;
  ByteReader header(entry.subspan(8));
  const std::uint64_t sequence = header.u64();
  if (sequence < least || sequence > least + k_far) return 0;
  if (crc32c(entry, crc32c(segment.subspan(offset, 4))) != crc) return 0;
  return k_frame_header + length;
}

FrameReader::FrameReader(FrameReader&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      header_(other.header_),
      offset_(other.offset_),
      buffer_(std::move(other.buffer_)),
      buffered_from_(other.buffered_from_) {}

FrameReader& FrameReader::operator=(FrameReader&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(header_, other.header_);
  std::swap(offset_, other.offset_);
  std::swap(buffer_, other.buffer_);
  std::swap(buffered_from_, other.buffered_from_);
  return *this;
}

FrameReader::~FrameReader() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<FrameReader> FrameReader::open(const std::filesystem::path& segment, std::uint64_t offset) {
  const int descriptor = ::open(segment.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return unreadable();
  FrameReader reader(descriptor);
  reader.offset_ = 0;
  STRONGROOM_ASSIGN(const BytesView header, reader.look(k_segment_header));
  STRONGROOM_ASSIGN(reader.header_, parse_segment_header(header.first(std::min(header.size(), k_segment_header))));
  reader.offset_ = std::max<std::uint64_t>(offset, k_segment_header);
  return reader;
}

Result<BytesView> FrameReader::look(std::size_t size) {
  const std::uint64_t skip = offset_ - buffered_from_;
  if (offset_ >= buffered_from_ && skip + size <= buffer_.size()) return BytesView(buffer_).subspan(skip);
  buffer_.resize(std::max(k_buffer, size));
  buffered_from_ = offset_;
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t n =
        pread(descriptor_, buffer_.data() + filled, buffer_.size() - filled, static_cast<off_t>(offset_ + filled));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unreadable();
    if (n == 0) break;
    filled += static_cast<std::size_t>(n);
  }
  buffer_.resize(filled);
  return BytesView(buffer_);
}

// What was read ahead of the end may have been written since.
Result<std::optional<BytesView>> FrameReader::next() {
  const bool read_ahead = !buffer_.empty();
  auto entry = read_frame();
  if ((entry && *entry) || !read_ahead) return entry;
  buffer_.clear();
  return read_frame();
}

Result<std::optional<BytesView>> FrameReader::read_frame() {
  STRONGROOM_ASSIGN(BytesView seen, look(k_frame_header));
  if (seen.size() < 4) return std::optional<BytesView>();
  ByteReader reader(seen);
  const std::size_t length = reader.u32();
  if (length == 0) return std::optional<BytesView>();
  const std::uint32_t crc = reader.u32();
  const Error torn = make_error(ErrorCode::corrupt, "a frame is damaged");
  if (seen.size() < k_frame_header || length < k_header_size || length > k_max_entry) return torn;
  STRONGROOM_ASSIGN(seen, look(k_frame_header + length));
  if (seen.size() < k_frame_header + length) return torn;
  const BytesView entry = seen.subspan(k_frame_header, length);
  if (crc32c(entry, crc32c(seen.first(4))) != crc) return torn;
  slot_ = seen.subspan(k_slot_offset, k_slot_size);
  offset_ += k_frame_header + length;
  return std::optional<BytesView>(entry);
}

Result<std::uint64_t> FrameReader::torn_bytes(std::uint64_t blank) {
  const std::uint64_t from = offset_;
  std::uint64_t last = from;
  while (offset_ - last < blank) {
    STRONGROOM_ASSIGN(const BytesView seen, look(k_buffer));
    if (seen.empty()) break;
    std::size_t used = is_zero(seen) ? 0 : seen.size();
    while (used != 0 && seen[used - 1] == 0) --used;
    if (used != 0) last = offset_ + used;
    offset_ += seen.size();
  }
  offset_ = from;
  return last - from;
}

}  // namespace strongroom::evidence
