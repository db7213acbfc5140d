#include "daemon/audit/index.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <strongroom/base/random.h>

namespace strongroom::audit {
namespace {

constexpr std::size_t k_nonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t k_sealing = k_nonce + crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t k_head = k_sealing + k_index_head;
constexpr std::size_t k_rows = k_sealing + k_index_rows;
constexpr std::size_t k_record = k_head + k_rows;

// What is sealed is bound to its block and to what it is.
struct Place {
  Place(std::uint64_t block, char part) noexcept {
    for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<Byte>(block >> (8 * i));
    bytes[8] = static_cast<Byte>(part);
  }

  std::array<Byte, 9> bytes{};
};

template <std::size_t N>
void seal(std::array<Byte, N>& plain, const Place& place, BytesView key, MutableBytes out) noexcept {
  fill_random(out.first(k_nonce));
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + k_nonce, nullptr, plain.data(), N, place.bytes.data(),
                                             place.bytes.size(), nullptr, out.data(), key.data());
  wipe(plain.data(), N);
}

template <std::size_t N>
bool read_sealed(int descriptor, std::uint64_t offset, const Place& place, BytesView key,
                 std::array<Byte, N>& plain) noexcept {
  std::array<Byte, N + k_sealing> sealed;
  if (pread(descriptor, sealed.data(), sealed.size(), static_cast<off_t>(offset)) !=
      static_cast<ssize_t>(sealed.size()))
    return false;
  return crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, sealed.data() + k_nonce,
                                                    sealed.size() - k_nonce, place.bytes.data(), place.bytes.size(),
                                                    sealed.data(), key.data()) == 0;
}

}  // namespace

EventIndex::EventIndex(const std::filesystem::path& log_folder)
    : descriptor_(::open((log_folder / "index").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  const off_t size = lseek(descriptor_, 0, SEEK_END);
  if (size > 0) blocks_ = static_cast<std::uint64_t>(size) / k_record;
}

EventIndex::~EventIndex() {
  if (descriptor_ >= 0) close(descriptor_);
}

Status EventIndex::catch_up(EventReader& reader, std::uint64_t first, std::uint64_t end, BytesView key) {
  // A file of another make is as good as none.
  if (IndexHead last; blocks_ != 0 && !find(blocks_ - 1, key, last)) blocks_ = 0;
  for (std::uint64_t block = blocks_; (block + 1) * k_block <= end; ++block) {
    IndexHead head;
    IndexRows rows{};
    for (std::uint64_t sequence = std::max(block * k_block, first); sequence < (block + 1) * k_block; ++sequence) {
      STRONGROOM_ASSIGN(const auto read, reader.read(sequence));
      const std::int64_t time_s = read.entry.header.time_s;
      head.least_s = head.least_s == 0 ? time_s : std::min(head.least_s, time_s);
      head.most_s = std::max(head.most_s, time_s);
      IndexRow& row = rows[sequence % k_block];
      if (read.event) row = IndexRow::of(read.event->event);
      head.add(row);
      if (!read.event || !read.event->event.request) continue;
      head.least_request = std::min(head.least_request, *read.event->event.request);
      head.most_request = std::max(head.most_request, *read.event->event.request);
    }
    put(block, head, rows, key);
  }
  return {};
}

// A record that cannot be written is made again the next time.
void EventIndex::put(std::uint64_t block, const IndexHead& head, const IndexRows& rows, BytesView key) {
  std::array<Byte, k_index_head> plain_head;
  std::array<Byte, k_index_rows> plain_rows;
  encode(head, plain_head);
  encode(rows, plain_rows);
  std::array<Byte, k_record> record;
  seal(plain_head, Place(block, 'h'), key, MutableBytes(record).first(k_head));
  seal(plain_rows, Place(block, 'r'), key, MutableBytes(record).subspan(k_head));
  if (pwrite(descriptor_, record.data(), record.size(), static_cast<off_t>(block * k_record)) ==
      static_cast<ssize_t>(record.size()))
    blocks_ = block + 1;
}

bool EventIndex::find(std::uint64_t block, BytesView key, IndexHead& found) const {
  std::array<Byte, k_index_head> plain;
  if (block >= blocks_ || !read_sealed(descriptor_, block * k_record, Place(block, 'h'), key, plain)) return false;
  decode(plain, found);
  return true;
}

bool EventIndex::find(std::uint64_t block, BytesView key, IndexRows& found) const {
  std::array<Byte, k_index_rows> plain;
  if (block >= blocks_ || !read_sealed(descriptor_, block * k_record + k_head, Place(block, 'r'), key, plain))
    return false;
  decode(plain, found);
  return true;
}

}  // namespace strongroom::audit
