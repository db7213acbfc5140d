// ASCII armor of an age file: PEM (RFC 7468, strict) of the kind "AGE ENCRYPTED FILE" in lines of 64 letters.
#pragma once

#include <string>

#include <strongroom/age/byte_taker.h>

namespace strongroom::age {

// Takes armor off as it comes. White space before and behind it is passed over, at most k_most_white_space on each
// side; lines may end with CR LF. Errors of both functions: corrupt, those of `take`; after one of them it may not be
// used.
class ArmorReader {
 public:
  static constexpr std::size_t k_most_white_space = 1024;  // as the age tool has it

  // Whether a file that begins with `first` can only be an armored one.
  static bool begins_with(Byte first) noexcept;

  // Hands what complete lines held to `take`, at most 48 bytes at once.
  Status feed(BytesView text, const ByteTaker& take);

  Status end();

 private:
  enum class Expects : unsigned char { first_line, data, last_line, nothing };

  Status take_line(const ByteTaker& take);
  Status take_first_line();
  Status take_data(const ByteTaker& take);
  Status take_white_space(std::string_view text);

  Expects expects_ = Expects::first_line;
  std::string line_;
  std::size_t white_space_ = 0;  // on this side
};

}  // namespace strongroom::age
