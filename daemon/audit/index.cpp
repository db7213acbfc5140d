#include "daemon/audit/index.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include <strongroom/base/derive.h>
#include <strongroom/base/random.h>

namespace strongroom::audit {
namespace {

constexpr std::size_t k_nonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t k_tag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t k_head = 32;
constexpr std::size_t k_row = 8;
constexpr std::size_t k_plain = k_head + k_block * k_row;
constexpr std::size_t k_record = k_nonce + k_plain + k_tag;

using Plain = std::array<Byte, k_plain>;
using Record = std::array<Byte, k_record>;

std::uint64_t tag_of(std::string_view text) noexcept {
  Byte out[16];
  checksum("SRM/audit/tag/v1", {as_bytes(text)}, out);
  ByteReader reader({out, 8});
  return reader.u64();
}

template <class T>
void put_number(Byte*& at, T value) noexcept {
  for (std::size_t i = 0; i < sizeof value; ++i)
    *at++ = static_cast<Byte>(static_cast<std::uint64_t>(value) >> (8 * i));
}

Plain encode(const IndexBlock& block) noexcept {
  Plain plain;
  Byte* at = plain.data();
  put_number(at, block.least_s);
  put_number(at, block.most_s);
  put_number(at, block.least_request);
  put_number(at, block.most_request);
  for (const IndexRow& row : block.rows) {
    put_number(at, row.object);
    put_number(at, row.action);
    put_number(at, row.actor);
    put_number(at, row.flags);
  }
  return plain;
}

IndexBlock decode(const Plain& plain) noexcept {
  ByteReader reader(plain);
  IndexBlock block;
  block.least_s = reader.i64();
  block.most_s = reader.i64();
  block.least_request = reader.u64();
  block.most_request = reader.u64();
  // A search of everything spends its time here.
  if constexpr (std::endian::native == std::endian::little) {
    static_assert(sizeof block.rows == k_block * k_row);
    std::memcpy(block.rows.data(), plain.data() + k_head, sizeof block.rows);
    return block;
  }
  for (IndexRow& row : block.rows) {
    row.object = reader.u32();
    row.action = reader.u16();
    row.actor = reader.u8();
    row.flags = reader.u8();
  }
  return block;
}

}  // namespace

std::uint16_t action_tag(std::string_view action) noexcept {
  return static_cast<std::uint16_t>(tag_of(action));
}

std::uint8_t actor_tag(std::string_view actor) noexcept {
  return static_cast<std::uint8_t>(tag_of(actor));
}

std::uint32_t object_tag(BytesView id) noexcept {
  ByteReader reader(id);
  return reader.u32();
}

IndexRow IndexRow::of(const evidence::Event& event) noexcept {
  IndexRow row;
  row.flags = k_event;
  if (event.decision == evidence::Decision::denied) row.flags |= k_denied;
  if (event.objects.size() == evidence::k_object_size)
    row.object = object_tag(event.objects);
  else
    row.flags |= k_many;
  row.action = action_tag(event.action);
  row.actor = actor_tag(event.actor);
  return row;
}

EventIndex::EventIndex(const std::filesystem::path& log_folder)
    : descriptor_(::open((log_folder / "index").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  const off_t size = lseek(descriptor_, 0, SEEK_END);
  if (size > 0) blocks_ = static_cast<std::uint64_t>(size) / k_record;
}

EventIndex::~EventIndex() {
  if (descriptor_ >= 0) close(descriptor_);
}

Status EventIndex::catch_up(EventReader& reader, std::uint64_t first, std::uint64_t end, BytesView key) {
  for (std::uint64_t block = blocks_; (block + 1) * k_block <= end; ++block) {
    IndexBlock content;
    for (std::uint64_t sequence = std::max(block * k_block, first); sequence < (block + 1) * k_block; ++sequence) {
      STRONGROOM_ASSIGN(const auto read, reader.read(sequence));
      const std::int64_t time_s = read.entry.header.time_s;
      content.least_s = content.least_s == 0 ? time_s : std::min(content.least_s, time_s);
      content.most_s = std::max(content.most_s, time_s);
      if (!read.event) continue;
      const auto& event = read.event->event;
      content.rows[sequence % k_block] = IndexRow::of(event);
      if (!event.request) continue;
      content.least_request = std::min(content.least_request, *event.request);
      content.most_request = std::max(content.most_request, *event.request);
    }
    put(block, content, key);
  }
  return {};
}

// A record that cannot be written is made again the next time.
void EventIndex::put(std::uint64_t block, const IndexBlock& content, BytesView key) {
  Plain plain = encode(content);
  Record record;
  fill_random(MutableBytes(record).first(k_nonce));
  Byte place[8];
  for (unsigned i = 0; i < 8; ++i) place[i] = static_cast<Byte>(block >> (8 * i));
  crypto_aead_xchacha20poly1305_ietf_encrypt(record.data() + k_nonce, nullptr, plain.data(), plain.size(), place,
                                             sizeof place, nullptr, record.data(), key.data());
  wipe(plain.data(), plain.size());
  if (pwrite(descriptor_, record.data(), record.size(), static_cast<off_t>(block * k_record)) ==
      static_cast<ssize_t>(record.size()))
    blocks_ = block + 1;
}

std::optional<IndexBlock> EventIndex::find(std::uint64_t block, BytesView key) const {
  Record record;
  if (block >= blocks_ || pread(descriptor_, record.data(), record.size(), static_cast<off_t>(block * k_record)) !=
                              static_cast<ssize_t>(record.size()))
    return std::nullopt;
  Byte place[8];
  for (unsigned i = 0; i < 8; ++i) place[i] = static_cast<Byte>(block >> (8 * i));
  Plain plain;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, record.data() + k_nonce,
                                                 record.size() - k_nonce, place, sizeof place, record.data(),
                                                 key.data()) != 0)
    return std::nullopt;
  return decode(plain);
}

}  // namespace strongroom::audit
