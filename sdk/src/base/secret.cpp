#include <strongroom/base/secret.h>

#include <algorithm>
#include <cstring>

namespace strongroom {

Secret::Secret(BytesView bytes, std::pmr::memory_resource* memory) : Secret(of_size(bytes.size(), memory)) {
  if (!bytes.empty()) std::memcpy(data_, bytes.data(), bytes.size());
}

Secret Secret::of_size(std::size_t size, std::pmr::memory_resource* memory) {
  Secret made(memory);
  if (size == 0) return made;
  made.block_ = made.data_ = static_cast<Byte*>(memory->allocate(size, alignof(std::max_align_t)));
  made.size_ = made.capacity_ = size;
  std::memset(made.data_, 0, size);
  return made;
}

Secret::Secret(Secret&& other) noexcept
    : memory_(other.memory_),
      block_(std::exchange(other.block_, nullptr)),
      capacity_(std::exchange(other.capacity_, 0)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  std::swap(memory_, other.memory_);
  std::swap(block_, other.block_);
  std::swap(capacity_, other.capacity_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

Secret::~Secret() {
  if (!block_) return;
  wipe(block_, capacity_);
  memory_->deallocate(block_, capacity_, alignof(std::max_align_t));
}

void Secret::truncate(std::size_t size) noexcept {
  if (size >= size_) return;
  wipe(data_ + size, size_ - size);
  size_ = size;
}

void Secret::drop_front(std::size_t count) noexcept {
  count = std::min(count, size_);
  wipe(data_, count);
  data_ += count;
  size_ -= count;
}

bool operator==(const Secret& a, const Secret& b) noexcept {
  return equal_in_constant_time({a.data_, a.size_}, {b.data_, b.size_});
}

bool equal_in_constant_time(BytesView a, BytesView b) noexcept {
  if (a.size() != b.size()) return false;
  volatile Byte difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference = static_cast<Byte>(difference | (a[i] ^ b[i]));
  return difference == 0;
}

}  // namespace strongroom
