// Writes an age file (version 1) that its recipients, or who knows its passphrase, and nobody else, can open: also with
// the `age` tool.
//
// Format: https://age-encryption.org/v1 (C2SP age): the file key is wrapped for each recipient with X25519,
// HKDF-SHA-256 (RFC 5869) and ChaCha20-Poly1305 (RFC 8439), or once under a key that scrypt (RFC 7914) makes of a
// passphrase; the content is sealed in pieces of 64 KiB (STREAM), so that what was cut off or exchanged is noticed.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include <strongroom/age/byte_taker.h>
#include <strongroom/age/recipient.h>
#include <strongroom/age/work_factor.h>
#include <strongroom/base/secret.h>

namespace strongroom::age {

inline constexpr std::size_t k_most_recipients = 20;
inline constexpr std::size_t k_most_left = 64 * 1024;  // bytes, of the beginning that comes at the end

// One thread at a time. What it holds is wiped at its end.
class Encryptor {
 public:
  // Writes the header. Errors: invalid_argument for no recipient or more than k_most_recipients; those of `take`.
  static Result<Encryptor> begin(std::span<const Recipient> recipients, ByteTaker take);

  // The same for a passphrase, which takes the time and memory of work_factor.h and never stands beside recipients: who
  // can open the file with it knows that it was written by somebody who knew it. Errors: invalid_argument for an empty
  // passphrase or a factor that is not 1 to k_most_work_factor; too_large when the memory cannot be had; those of
  // `take`.
  static Result<Encryptor> begin_with_passphrase(const Secret& passphrase, ByteTaker take,
                                                 unsigned work_factor = k_work_factor);

  // Before any content: the first `size` bytes of it are known at the end only. Zeros stand for them in what is
  // written, and what they become is sealed once, by end(). Errors: too_large beyond k_most_left.
  Status leave_beginning(std::size_t size);

  // Any number of bytes of content. Errors: those of `take`; after one of them nothing more may be written.
  Status write(BytesView content);

  // The file is complete; nothing more may be written.
  Status end();

  // The same after leave_beginning(): the beginning of the content, as many bytes as were left. `overwrite` takes the
  // bytes that belong at an offset of the file where zeros were written until now; for content of one piece it is not
  // called. Errors: invalid_argument for another number of bytes, those of both takers.
  Status end(BytesView beginning, const std::function<Status(std::uint64_t offset, BytesView bytes)>& overwrite);

 private:
  explicit Encryptor(ByteTaker take);
  // `stanzas` wrap the file key.
  static Result<Encryptor> begin_with_stanzas(const Secret& file_key, std::string_view stanzas, ByteTaker take);

  enum class Last : bool { no, yes };
  BytesView sealed(BytesView piece, std::uint64_t number, Last last);
  Status seal(BytesView piece, Last last);

  ByteTaker take_;
  Secret key_;    // of the content
  Secret piece_;  // what has not been sealed yet
  std::size_t filled_ = 0;
  std::uint64_t number_ = 0;  // of the next piece
  Bytes sealed_;
  std::uint64_t header_size_ = 0;
  std::size_t left_ = 0;  // bytes of the beginning that come at the end
  Secret first_;          // the first piece, when it waits for them
};

}  // namespace strongroom::age
