// The content of an age file: pieces of 64 KiB, each sealed under its number and whether it is the last one (STREAM).
#pragma once

#include <array>

#include <strongroom/age/byte_taker.h>
#include <strongroom/base/secret.h>

#include "sdk/src/age/keys.h"

namespace strongroom::age {

inline constexpr std::size_t k_piece = 65536;  // the last one may be shorter
inline constexpr std::size_t k_sealed_piece = k_piece + k_tag;

enum class Place : bool { inside, last };

// ChaCha20-Poly1305's nonce of a piece: eleven bytes of its number, the greatest first, and one that says where it is.
std::array<Byte, 12> piece_nonce(std::uint64_t number, Place place) noexcept;

// Opens pieces. Errors of both functions: tampered, those of `take`; after one of them it may not be used any more.
class ContentReader {
 public:
  explicit ContentReader(Secret key);

  // Any number of bytes. What is complete and verified goes to `take`.
  Status feed(BytesView sealed, const ByteTaker& take);

  Status end(const ByteTaker& take);

 private:
  Status open_full(BytesView sealed, const ByteTaker& take);
  bool open(BytesView sealed, Place place);

  Secret key_;
  Secret plain_;  // of the piece that was opened
  Bytes sealed_;  // what is not a whole piece yet
  std::size_t filled_ = 0;
  std::uint64_t number_ = 0;  // of the next piece
  bool ended_ = false;        // a full piece was the last one
};

}  // namespace strongroom::age
