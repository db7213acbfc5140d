// Deterministic CBOR (RFC 8949, section 4.2.1), as much of it as the audit log needs: unsigned and negative integers,
// byte and text strings, arrays, maps with integer keys. Shortest lengths, definite lengths, ascending keys, no tags,
// no floats; so one content has one encoding, and a reader that sees another one refuses it.
#pragma once

#include <cstdint>
#include <string_view>

#include <strongroom/base/bytes.h>

namespace strongroom::evidence {

// Appends to a byte container, as ByteWriter does. The caller writes map keys in ascending order and as many pairs or
// elements as it announced.
template <class Container = Bytes>
class CborWriter {
 public:
  explicit CborWriter(Container& out) noexcept : out_(out) {}

  void uint(std::uint64_t value) { head(0, value); }

  void integer(std::int64_t value) {
    if (value >= 0) return head(0, static_cast<std::uint64_t>(value));
    head(1, ~static_cast<std::uint64_t>(value));
  }

  void bytes(BytesView value) {
    head(2, value.size());
    out_.insert(out_.end(), value.begin(), value.end());
  }

  void text(std::string_view value) {
    head(3, value.size());
    out_.insert(out_.end(), value.begin(), value.end());
  }

  void array(std::uint64_t elements) { head(4, elements); }

  void map(std::uint64_t pairs) { head(5, pairs); }

 private:
  void head(unsigned major, std::uint64_t value) {
    const auto type = static_cast<Byte>(major << 5);
    if (value < 24) return out_.push_back(static_cast<Byte>(type | value));
    const unsigned bytes = value <= 0xff ? 1 : value <= 0xffff ? 2 : value <= 0xffffffff ? 4 : 8;
    Byte head[9];
    head[0] = static_cast<Byte>(type | (bytes == 1 ? 24 : bytes == 2 ? 25 : bytes == 4 ? 26 : 27));
    for (unsigned i = 0; i < bytes; ++i) head[1 + i] = static_cast<Byte>(value >> (8 * (bytes - 1 - i)));
    out_.insert(out_.end(), head, head + 1 + bytes);
  }

  Container& out_;
};

// Reads what CborWriter wrote and nothing else. After the first failure every read returns zero or empty and ok() is
// false, so that a parser checks once at its end. Views point into the input.
class CborReader {
 public:
  explicit CborReader(BytesView in) noexcept : in_(in) {}

  std::uint64_t uint() noexcept { return head(0); }

  // Either sign; fails outside of int64.
  std::int64_t integer() noexcept;

  // Fails above `max` bytes.
  BytesView bytes(std::size_t max) noexcept { return string(2, max); }

  // Valid UTF-8 is the writer's promise; it is not checked here.
  std::string_view text(std::size_t max) noexcept { return as_text(string(3, max)); }

  // The number of elements, or of pairs. Fails above `max`.
  std::uint64_t array(std::uint64_t max) noexcept { return count(4, max); }

  std::uint64_t map(std::uint64_t max) noexcept { return count(5, max); }

  // The next key of a map: fails unless it is above `*last`, which it replaces. Start with -1.
  std::int64_t key(std::int64_t* last) noexcept;

  void fail() noexcept { ok_ = false; }

  bool ok() const noexcept { return ok_; }

  bool finished() const noexcept { return ok_ && in_.empty(); }

 private:
  std::uint64_t head(unsigned major) noexcept;
  std::uint64_t argument(unsigned info) noexcept;
  std::uint64_t count(unsigned major, std::uint64_t max) noexcept;
  BytesView string(unsigned major, std::size_t max) noexcept;

  BytesView in_;
  bool ok_ = true;
};

}  // namespace strongroom::evidence
