// What a log sends to a witness (the body of C2SP tlog-witness add-checkpoint): the size that the witness knows, a
// consistency proof from there, and the signed checkpoint. Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <strongroom/evidence/merkle.h>
#include <strongroom/evidence/note.h>

namespace strongroom::evidence {

constexpr std::size_t k_add_checkpoint_max = 65'536;  // bytes

struct AddCheckpoint {
  std::uint64_t old_size = 0;
  std::vector<Hash> proof;  // at most 63
  Note checkpoint;

  std::string text() const;
  // Says nothing about whether anything of it holds. `too_large` above the bounds, `invalid_argument` for what is no
  // such body. text() of the result is the input.
  static Result<AddCheckpoint> parse(std::string_view body);
};

}  // namespace strongroom::evidence
