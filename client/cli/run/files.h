// Small things about descriptors that several files here need.
#pragma once

#include <cstddef>
#include <utility>

#include <unistd.h>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::cli::run {

// Closes its descriptor when it goes.
class Descriptor {
 public:
  Descriptor() = default;

  explicit Descriptor(int number) noexcept : number_(number) {}

  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }

  ~Descriptor() { reset(); }

  int get() const noexcept { return number_; }

  explicit operator bool() const noexcept { return number_ >= 0; }

  void reset() noexcept {
    if (number_ >= 0) close(number_);
    number_ = -1;
  }

 private:
  int number_ = -1;
};

struct Pipe {
  Descriptor out;  // to read from
  Descriptor in;   // to write to
};

// Both ends closed on exec. Error: internal.
Result<Pipe> make_pipe();

// Writes all of it to a blocking descriptor. Errors: storage_full, internal.
Status write_whole(int descriptor, BytesView bytes);

}  // namespace strongroom::cli::run
