#include <strongroom/evidence/checkpoint.h>

#include "sdk/src/evidence/text.h"

namespace strongroom::evidence {

std::string Checkpoint::text() const {
  return origin + "\n" + std::to_string(size) + "\n" + base64_text(root) + "\n";
}

Result<Checkpoint> Checkpoint::parse(std::string_view note_text) {
  std::string_view rest = note_text;
  const auto origin = take_line(rest);
  const auto size = take_line(rest);
  const auto root = take_line(rest);
  if (!origin || origin->empty() || !is_note_text(*origin) || !size || !root || !rest.empty())
    return make_error(ErrorCode::invalid_argument, "a checkpoint has three lines: origin, size and root");
  Checkpoint checkpoint;
  checkpoint.origin = *origin;
  STRONGROOM_ASSIGN(checkpoint.size, decimal_of(*size));
  STRONGROOM_ASSIGN(checkpoint.root, base64_hash(*root));
  return checkpoint;
}

}  // namespace strongroom::evidence
