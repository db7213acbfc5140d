#include <strongroom/backup/archive.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace strongroom::backup {
namespace {

constexpr std::string_view k_manifest = "manifest";
constexpr std::size_t k_note_max = 16 * 1024;

// Offsets and lengths of POSIX.1-1988.
struct Place {
  std::size_t at;
  std::size_t size;
};

constexpr Place k_name{0, 100};
constexpr Place k_size{124, 12};
constexpr Place k_checksum{148, 8};
constexpr Place k_type{156, 1};
constexpr Place k_magic{257, 8};  // "ustar", NUL, "00"
constexpr std::uint64_t k_most_octal = 077777777777;

void put_octal(MutableBytes block, Place place, std::uint64_t value) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "%0*llo", static_cast<int>(place.size - 1),
                static_cast<unsigned long long>(value));
  std::memcpy(block.data() + place.at, digits, place.size - 1);
}

void put_size(MutableBytes block, std::uint64_t size) {
  if (size <= k_most_octal) return put_octal(block, k_size, size);
  block[k_size.at] = 0x80;
  for (std::size_t i = 0; i < 8; ++i) block[k_size.at + k_size.size - 1 - i] = static_cast<Byte>(size >> (8 * i));
}

// The sum of all bytes, with blanks for itself.
unsigned checksum_of(BytesView block) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i)
    sum += i >= k_checksum.at && i < k_checksum.at + k_checksum.size ? static_cast<unsigned>(' ') : block[i];
  return sum;
}

void put_checksum(MutableBytes block) {
  char digits[k_checksum.size + 1];
  std::snprintf(digits, sizeof digits, "%06o", checksum_of(block));
  std::memcpy(block.data() + k_checksum.at, digits, 7);
  block[k_checksum.at + 7] = ' ';
}

Error damaged() {
  return make_error(ErrorCode::corrupt, "the archive of the backup is damaged");
}

// Reads only what is written above: a block is right when it is the one that we would have written.
Result<std::uint64_t> read_size(BytesView block) {
  std::uint64_t size = 0;
  const BytesView field = block.subspan(k_size.at, k_size.size);
  if (field[0] == 0x80) {
    for (const Byte byte : field.last(8)) size = size << 8 | byte;
    return size;
  }
  for (const Byte digit : field.first(k_size.size - 1)) {
    if (digit < '0' || digit > '7') return damaged();
    size = size << 3 | (digit - static_cast<unsigned>('0'));
  }
  return size;
}

Result<std::uint64_t> read_block(BytesView block, std::string_view expected) {
  Bytes unsummed(block.begin(), block.end());
  put_checksum(unsummed);
  const bool summed = std::ranges::equal(unsummed, block);
  const std::string_view name(reinterpret_cast<const char*>(block.data()),
                              strnlen(reinterpret_cast<const char*>(block.data()), k_name.size));
  const bool ours = std::memcmp(block.data() + k_magic.at, "ustar\00000", k_magic.size) == 0;
  if (!summed || !ours || block[k_type.at] != '0') return damaged();
  if (name != expected)
    return make_error(ErrorCode::corrupt, "the archive of the backup lacks its '" + std::string(expected) + "'");
  return read_size(block);
}

}  // namespace

Bytes member_block(std::string_view name, std::uint64_t size, std::int64_t created_ms) {
  Bytes block(k_block, 0);
  std::memcpy(block.data() + k_name.at, name.data(), std::min(name.size(), k_name.size - 1));
  put_octal(block, {100, 8}, 0600);  // mode
  put_octal(block, {108, 8}, 0);     // owner
  put_octal(block, {116, 8}, 0);     // group
  put_size(block, size);
  put_octal(block, {136, 12}, static_cast<std::uint64_t>(created_ms) / 1000);
  block[k_type.at] = '0';
  std::memcpy(block.data() + k_magic.at, "ustar\00000", k_magic.size);
  put_checksum(block);
  return block;
}

Bytes member_padding(std::uint64_t size) {
  return Bytes((k_block - size % k_block) % k_block, 0);
}

Bytes archive_end() {
  return Bytes(2 * k_block, 0);
}

struct ArchiveReader::State {
  enum class At : std::uint8_t { block, manifest, member, padding, end };

  ManifestTaker take_manifest;
  MemberTaker take_member;
  At at = At::block;
  std::size_t next = 0;  // 0: the manifest, then the members
  Bytes held;            // of a block or of the manifest
  std::uint64_t left = 0;
  std::uint64_t padding = 0;
  Manifest manifest;
  StreamDigest digest;
  Status outcome;

  std::string_view name() const { return next == 0 ? k_manifest : k_members[next - 1]; }

  // Moves up to `wanted` bytes in all to `held`; whether they are complete.
  bool hold(BytesView& bytes, std::size_t wanted) {
    const std::size_t n = std::min(bytes.size(), wanted - held.size());
    held.insert(held.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
    bytes = bytes.subspan(n);
    return held.size() == wanted;
  }

  Status block() {
    STRONGROOM_ASSIGN(left, read_block(held, name()));
    held.clear();
    padding = member_padding(left).size();
    if (next == 0) {
      if (left == 0 || left > k_note_max) return damaged();
      at = At::manifest;
      return {};
    }
    if (left != manifest.members[next - 1].size) return changed();
    digest = StreamDigest();
    at = At::member;
    return left == 0 ? member_is_complete() : Status();
  }

  Error changed() const {
    return make_error(ErrorCode::tampered, "'" + std::string(name()) + "' of the backup is not what its manifest says");
  }

  Status manifest_is_complete() {
    const auto note = evidence::Note::parse(as_text(held));
    if (!note) return damaged();
    STRONGROOM_ASSIGN(manifest, parse_manifest(note->text));
    STRONGROOM_CHECK(take_manifest(manifest, *note));
    held.clear();
    at = At::padding;
    return {};
  }

  Status member_is_complete() {
    if (digest.end() != manifest.members[next - 1].digest) return changed();
    at = At::padding;
    return {};
  }

  Status member(BytesView& bytes) {
    const std::size_t n = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left));
    const BytesView piece = bytes.first(n);
    digest.add(piece);
    if (n != 0) STRONGROOM_CHECK(take_member(name(), piece));
    bytes = bytes.subspan(n);
    left -= n;
    return left == 0 ? member_is_complete() : Status();
  }

  Status zeros(BytesView& bytes, std::uint64_t most) {
    const std::size_t n = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), most));
    if (!std::ranges::all_of(bytes.first(n), [](Byte byte) { return byte == 0; })) return damaged();
    bytes = bytes.subspan(n);
    left = n;
    return {};
  }

  Status step(BytesView& bytes) {
    switch (at) {
      case At::block:
        return hold(bytes, k_block) ? block() : Status();
      case At::manifest:
        return hold(bytes, static_cast<std::size_t>(left)) ? manifest_is_complete() : Status();
      case At::member:
        return member(bytes);
      case At::padding:
        STRONGROOM_CHECK(zeros(bytes, padding));
        padding -= left;
        if (padding != 0) return {};
        at = next == k_members.size() ? At::end : At::block;
        padding = at == At::end ? 2 * k_block : 0;
        ++next;
        return {};
      case At::end:
        STRONGROOM_CHECK(zeros(bytes, padding));
        padding -= left;
        return bytes.empty() ? Status() : Status(damaged());
    }
    return damaged();
  }
};

ArchiveReader::ArchiveReader(ManifestTaker take_manifest, MemberTaker take_member) : state_(std::make_unique<State>()) {
  state_->take_manifest = std::move(take_manifest);
  state_->take_member = std::move(take_member);
}

ArchiveReader::~ArchiveReader() = default;

Status ArchiveReader::feed(BytesView bytes) {
  State& s = *state_;
  while (s.outcome && (!bytes.empty() || (s.at == State::At::padding && s.padding == 0))) s.outcome = s.step(bytes);
  return s.outcome;
}

Status ArchiveReader::end() {
  State& s = *state_;
  if (s.outcome && (s.at != State::At::end || s.padding != 0))
    s.outcome = make_error(ErrorCode::tampered, "the archive of the backup is cut off");
  return s.outcome;
}

}  // namespace strongroom::backup
