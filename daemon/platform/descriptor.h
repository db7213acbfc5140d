// A file descriptor that is closed by its owner.
#pragma once

#include <unistd.h>

#include <utility>

namespace strongroom::platform {

class Descriptor {
 public:
  Descriptor() noexcept = default;

  explicit Descriptor(int number) noexcept : number_(number) {}

  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}

  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      if (number_ >= 0) ::close(number_);
      number_ = other.release();
    }
    return *this;
  }

  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  int get() const noexcept { return number_; }

  explicit operator bool() const noexcept { return number_ >= 0; }

  // The number, which is the caller's to close from here on.
  int release() noexcept { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

}  // namespace strongroom::platform
