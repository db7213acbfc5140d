// The header of an age file: a line with the version, stanzas that wrap the file key, and a MAC.
#pragma once

#include <array>
#include <string>
#include <vector>

#include <strongroom/base/bytes.h>

#include "sdk/src/age/keys.h"

namespace strongroom::age {

// "-> KIND ARGUMENT...", and a body in base64.
struct Stanza {
  std::string kind;
  std::vector<std::string> arguments;
  Bytes body;
};

struct Header {
  std::string text;  // up to and including "---": what the MAC is of
  std::vector<Stanza> stanzas;
  std::array<Byte, k_mac> mac{};
};

// Reads a header as it comes. Strict: one text has one reading. Bounds: those of decryptor.h.
class HeaderReader {
 public:
  // Takes what belongs to the header from the beginning of `bytes` and returns how much that was. Errors: corrupt,
  // unsupported, too_large; after one of them it may not be used any more.
  Result<std::size_t> feed(BytesView bytes);

  // The header's last line was read.
  bool is_complete() const noexcept { return expects_ == Expects::nothing; }

  const Header& header() const noexcept { return header_; }

 private:
  enum class Expects : unsigned char { intro, stanza, body, nothing };

  Status check_bounds(std::size_t more) const;
  Status take_line();
  Status take_intro();
  Status take_stanza();
  Status take_body();
  Status take_mac();

  Expects expects_ = Expects::intro;
  std::string line_;
  Header header_;
};

}  // namespace strongroom::age
