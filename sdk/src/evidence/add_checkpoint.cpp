#include <strongroom/evidence/add_checkpoint.h>

#include "sdk/src/evidence/text.h"

namespace strongroom::evidence {
namespace {

constexpr std::string_view k_old = "old ";
constexpr std::size_t k_hashes_max = 63;

}  // namespace

std::string AddCheckpoint::text() const {
  std::string out = std::string(k_old) + std::to_string(old_size) + "\n";
  for (const Hash& hash : proof) out += base64_text(hash) + "\n";
  return out + "\n" + checkpoint.serialize();
}

Result<AddCheckpoint> AddCheckpoint::parse(std::string_view body) {
  if (body.size() > k_add_checkpoint_max) return make_error(ErrorCode::too_large, "the request is longer than 64 KiB");
  AddCheckpoint request;
  const auto line = take_line(body);
  if (!line || !line->starts_with(k_old))
    return make_error(ErrorCode::invalid_argument, "the first line does not tell the old size");
  STRONGROOM_ASSIGN(request.old_size, decimal_of(line->substr(k_old.size())));
  STRONGROOM_ASSIGN(request.proof, take_hashes(body, k_hashes_max));
  STRONGROOM_ASSIGN(request.checkpoint, Note::parse(body));
  return request;
}

}  // namespace strongroom::evidence
