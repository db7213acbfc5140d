#include <strongroom/evidence/tlog_proof.h>

#include <strongroom/evidence/checkpoint.h>

#include "sdk/src/evidence/text.h"

namespace strongroom::evidence {
namespace {

constexpr std::string_view k_first_line = "c2sp.org/tlog-proof@v1";
constexpr std::string_view k_extra = "extra ";
constexpr std::string_view k_index = "index ";
constexpr std::size_t k_hashes_max = 64;

Error no_proof(std::string_view why) {
  return make_error(ErrorCode::invalid_argument, "this is no tlog-proof: " + std::string(why));
}

}  // namespace

std::string TlogProof::text() const {
  std::string out = std::string(k_first_line) + "\n";
  if (extra) out += std::string(k_extra) + base64_text(*extra) + "\n";
  out += std::string(k_index) + std::to_string(index) + "\n";
  for (const Hash& hash : hashes) out += base64_text(hash) + "\n";
  return out + "\n" + checkpoint.serialize();
}

Result<TlogProof> TlogProof::parse(std::string_view text) {
  if (text.size() > k_tlog_proof_max) return make_error(ErrorCode::too_large, "the proof is longer than 2 MB");
  TlogProof proof;
  if (take_line(text) != k_first_line) return no_proof("its first line is another");
  auto line = take_line(text);
  if (line && line->starts_with(k_extra)) {
    STRONGROOM_ASSIGN(proof.extra, base64_bytes(line->substr(k_extra.size())));
    line = take_line(text);
  }
  if (!line || !line->starts_with(k_index)) return no_proof("it has no line with the index");
  STRONGROOM_ASSIGN(proof.index, decimal_of(line->substr(k_index.size())));
  STRONGROOM_ASSIGN(proof.hashes, take_hashes(text, k_hashes_max));
  STRONGROOM_ASSIGN(proof.checkpoint, Note::parse(text));
  return proof;
}

Status verify(const TlogProof& proof, BytesView entry, const VerifierKey& log) {
  STRONGROOM_CHECK(verify_note(proof.checkpoint, log));
  STRONGROOM_ASSIGN(const Checkpoint checkpoint, Checkpoint::parse(proof.checkpoint.text));
  if (checkpoint.origin != log.name)
    return make_error(ErrorCode::tampered, "the checkpoint is of another log than its signature", checkpoint.origin);
  return verify_inclusion(proof.index, checkpoint.size, leaf_hash(entry), proof.hashes, checkpoint.root);
}

}  // namespace strongroom::evidence
