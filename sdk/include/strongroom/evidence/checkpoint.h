// The text of a checkpoint (C2SP tlog-checkpoint): which log, how large, and its root. It becomes evidence as the text
// of a signed note (note.h). Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include <strongroom/evidence/merkle.h>

namespace strongroom::evidence {

struct Checkpoint {
  std::string origin;  // not empty, without control characters
  std::uint64_t size = 0;
  Hash root{};

  // Three lines: origin, size, root.
  std::string text() const;
  // Exactly the three lines, a canonical decimal and canonical base64: `invalid_argument` for all else, extension lines
  // too, because nobody who verifies a log checks them. text() of the result is the input.
  static Result<Checkpoint> parse(std::string_view note_text);

  bool operator==(const Checkpoint&) const = default;
};

}  // namespace strongroom::evidence
