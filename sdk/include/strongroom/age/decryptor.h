// Reads an age file (version 1), as it comes: what Encryptor or the `age` tool wrote for X25519 recipients or with a
// passphrase, binary or in ASCII armor.
//
// Format: https://age-encryption.org/v1 (C2SP age). The header is authenticated before anything is opened, each piece
// of 64 KiB before anything of it is handed out, and end() says whether it was all of the file: who must not act on a
// part keeps what was handed out aside until then.
#pragma once

#include <memory>
#include <vector>

#include <strongroom/age/byte_taker.h>
#include <strongroom/age/identity.h>
#include <strongroom/age/work_factor.h>
#include <strongroom/base/secret.h>

namespace strongroom::age {

// Bounds of a header; the format has none. 64 KiB hold more than 600 X25519 recipients of about 100 bytes each, or
// forty post-quantum ones, whose lines have about 1,500 letters; the reference implementation bounds stanzas by 1024
// too.
inline constexpr std::size_t k_most_header = 64 * 1024;
inline constexpr std::size_t k_most_stanzas = 1024;
inline constexpr std::size_t k_longest_header_line = 4096;

// What a file may be opened with; every one of them is tried.
struct Credentials {
  std::vector<Identity> identities;                // at most k_most_identities
  Secret passphrase = Secret();                    // empty: none
  unsigned most_work_factor = k_most_work_factor;  // of a passphrase; 1 to k_most_work_factor
};

// One thread at a time. Holds less than 256 KiB whatever the size of the file, less than 4 MiB while it reads a header
// that does its worst, and for a moment what a passphrase takes (work_factor.h). Credentials are wiped as soon as the
// header is decided, the rest at its end or its first error.
class Decryptor {
 public:
  // Errors: invalid_argument for neither identities nor a passphrase, for too many identities or a work factor out of
  // bounds.
  static Result<Decryptor> begin(Credentials credentials, ByteTaker take);

  Decryptor(Decryptor&&) noexcept;
  Decryptor& operator=(Decryptor&&) noexcept;
  ~Decryptor();

  // The next bytes of the file, any number. Hands each piece that is complete and verified to `take`, in pieces of at
  // most 64 KiB that are never empty. The feed that completes the header takes as long as a passphrase does.
  // Errors, after each of which every call is answered with the same one:
  //   wrong_credential  neither the identities nor the passphrase open it
  //   tampered          the header or a piece is not what was written, or something stands behind the last piece
  //   corrupt           it is no age file, or its header or armor is malformed
  //   unsupported       it is an age file of another version
  //   too_large         the header exceeds a bound from above, or the passphrase's work factor exceeds
  //                     most_work_factor or takes memory that cannot be had
  //   those of `take`
  Status feed(BytesView bytes);

  // There are no more bytes: hands out the last piece. Errors: those of feed(); tampered for content that is cut off,
  // corrupt for a header or armor that is. Afterwards every call is answered with invalid_argument.
  Status end();

 private:
  struct State;
  explicit Decryptor(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace strongroom::age
