// Bytes: views, owned buffers, bounded binary writing and reading, hex and base64.
//
// The binary layout is that of every record Strongroom stores (docs/format.md): integers are little-endian of fixed
// width; a byte string is a u32 length followed by that many bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/result.h>

namespace strongroom {

using Byte = unsigned char;
using BytesView = std::span<const Byte>;
using MutableBytes = std::span<Byte>;
using Bytes = std::vector<Byte>;

inline BytesView as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const Byte*>(text.data()), text.size()};
}

inline std::string_view as_text(BytesView bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Appends to any contiguous byte container with insert and push_back (Bytes, wiped pmr vectors).
template <class Container = Bytes>
class ByteWriter {
 public:
  explicit ByteWriter(Container& out) noexcept : out_(out) {}

  void u8(std::uint8_t v) { out_.push_back(v); }

  void u16(std::uint16_t v) { integer(v); }

  void u32(std::uint32_t v) { integer(v); }

  void u64(std::uint64_t v) { integer(v); }

  void i64(std::int64_t v) { integer(static_cast<std::uint64_t>(v)); }

  void raw(BytesView v) { out_.insert(out_.end(), v.begin(), v.end()); }

  // u32 length, then the bytes. The caller bounds the length below 4 GiB.
  void bytes(BytesView v) {
    u32(static_cast<std::uint32_t>(v.size()));
    raw(v);
  }

  void text(std::string_view v) { bytes(as_bytes(v)); }

 private:
  template <class Integer>
  void integer(Integer v) {
    Byte little[sizeof v];
    for (std::size_t i = 0; i < sizeof v; ++i) little[i] = static_cast<Byte>(v >> (8 * i));
    out_.insert(out_.end(), little, little + sizeof v);
  }

  Container& out_;
};

// Reads what ByteWriter wrote. Every read is bounded; after the first failure all reads return zero or empty and ok()
// is false, so that a parser checks once at its end. Views point into the input.
class ByteReader {
 public:
  explicit ByteReader(BytesView in) noexcept : in_(in) {}

  std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(integer(1)); }

  std::uint16_t u16() noexcept { return static_cast<std::uint16_t>(integer(2)); }

  std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(integer(4)); }

  std::uint64_t u64() noexcept { return integer(8); }

  std::int64_t i64() noexcept { return static_cast<std::int64_t>(integer(8)); }

  BytesView raw(std::size_t n) noexcept;
  // A u32 length and that many bytes; fails when the length exceeds `max` or what is left.
  BytesView bytes(std::size_t max) noexcept;

  std::string_view text(std::size_t max) noexcept { return as_text(bytes(max)); }

  bool ok() const noexcept { return ok_; }

  std::size_t left() const noexcept { return in_.size(); }

  // True when all was read and nothing failed.
  bool finished() const noexcept { return ok_ && in_.empty(); }

 private:
  std::uint64_t integer(std::size_t n) noexcept;

  BytesView in_;
  bool ok_ = true;
};

// Lower-case hex.
std::string to_hex(BytesView bytes);
// Exactly an even number of hex digits of either case; `invalid_argument` otherwise.
Result<Bytes> from_hex(std::string_view text);

// Base64 with padding (RFC 4648 section 4). Into caller's memory, so that secrets stay where they may be.
constexpr std::size_t base64_size(std::size_t bytes) noexcept {
  return (bytes + 2) / 3 * 4;
}

// Writes exactly base64_size(in.size()) characters to `out`, which must have that room.
void base64_encode(BytesView in, char* out) noexcept;
// Writes the decoded bytes to `out`, which must hold 3 * (text.size() / 4) bytes, and returns their number. Canonical,
// padded base64 only; `invalid_argument` otherwise.
Result<std::size_t> base64_decode(std::string_view text, Byte* out) noexcept;

}  // namespace strongroom
