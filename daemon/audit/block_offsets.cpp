#include "daemon/audit/block_offsets.h"

#include <fcntl.h>
#include <unistd.h>

#include <mutex>

#include <strongroom/base/bytes.h>

namespace strongroom::audit {

BlockOffsets::BlockOffsets(std::filesystem::path file)
    : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  const off_t size = lseek(descriptor_, 0, SEEK_END);
  if (size <= 0) return;
  Bytes bytes(static_cast<std::size_t>(size) / 8 * 8);
  if (pread(descriptor_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return;
  ByteReader reader(bytes);
  offsets_.reserve(bytes.size() / 8);
  while (reader.left() != 0) offsets_.push_back(reader.u64());
}

BlockOffsets::~BlockOffsets() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::optional<std::uint64_t> BlockOffsets::find(std::uint64_t block) const {
  const std::shared_lock guard(mutex_);
  if (block >= offsets_.size() || offsets_[block] == 0) return std::nullopt;
  return offsets_[block];
}

void BlockOffsets::note(std::uint64_t block, std::uint64_t offset) {
  const std::unique_lock guard(mutex_);
  if (block < offsets_.size() && offsets_[block] == offset) return;
  if (block >= offsets_.size()) offsets_.resize(block + 1);
  offsets_[block] = offset;
  Byte bytes[8];
  for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<Byte>(offset >> (8 * i));
  (void)!pwrite(descriptor_, bytes, sizeof bytes, static_cast<off_t>(block * 8));
}

void BlockOffsets::forget_from(std::uint64_t block) {
  const std::unique_lock guard(mutex_);
  if (block >= offsets_.size()) return;
  offsets_.resize(block);
  (void)!ftruncate(descriptor_, static_cast<off_t>(block * 8));
}

}  // namespace strongroom::audit
