#include <strongroom/evidence/note.h>

#include <limits>

#include "sdk/src/evidence/text.h"

namespace strongroom::evidence {
namespace {

constexpr std::size_t k_time_bytes = 8;

Status check(const VerifierKey& as, std::uint8_t type, std::string_view text) {
  if (as.type != type) return make_error(ErrorCode::invalid_argument, "a key of this type does not sign this", "key");
  if (!text.ends_with('\n') || !is_note_text(text))
    return make_error(ErrorCode::invalid_argument, "this text cannot be a note's", "text");
  return {};
}

std::string cosigned_message(std::uint64_t time_s, std::string_view text) {
  return "cosignature/v1\ntime " + std::to_string(time_s) + "\n" + std::string(text);
}

// The time of a cosignature of the right size.
std::uint64_t time_of(BytesView signature) noexcept {
  std::uint64_t time_s = 0;
  for (const Byte byte : signature.first(k_time_bytes)) time_s = time_s << 8 | byte;
  return time_s;
}

bool verifies(std::string_view text, BytesView signature, const VerifierKey& key) {
  if (key.type == k_note_key) return ed25519_verify(key.key, as_bytes(text), signature);
  if (key.type != k_cosignature_key || signature.size() != k_time_bytes + sizeof(Ed25519Signature)) return false;
  const std::uint64_t time_s = time_of(signature);
  if (time_s > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) return false;
  return ed25519_verify(key.key, as_bytes(cosigned_message(time_s, text)), signature.subspan(k_time_bytes));
}

Result<const NoteSignature*> verified_line(const Note& note, const VerifierKey& key) {
  const NoteSignature* found = nullptr;
  for (const auto& line : note.signatures) {
    if (line.name != key.name || line.id != key.id) continue;
    if (found) return make_error(ErrorCode::tampered, "the note has several signatures of one key", key.name);
    if (!verifies(note.text, line.signature, key))
      return make_error(ErrorCode::tampered, "the signature is not that of this key over this text", key.name);
    found = &line;
  }
  if (!found) return make_error(ErrorCode::not_found, "the note has no signature of this key", key.name);
  return found;
}

}  // namespace

Result<NoteSignature> sign_note(const VerifierKey& as, std::string_view text, const Signer& signer) {
  STRONGROOM_CHECK(check(as, k_note_key, text));
  STRONGROOM_ASSIGN(const Ed25519Signature signature, signer(as_bytes(text)));
  return NoteSignature{as.name, as.id, Bytes(signature.begin(), signature.end())};
}

Result<NoteSignature> cosign_note(const VerifierKey& as, std::string_view text, std::int64_t time_s,
                                  const Signer& signer) {
  STRONGROOM_CHECK(check(as, k_cosignature_key, text));
  if (time_s < 0) return make_error(ErrorCode::invalid_argument, "a time before 1970", "time");
  const auto time = static_cast<std::uint64_t>(time_s);
  STRONGROOM_ASSIGN(const Ed25519Signature signature, signer(as_bytes(cosigned_message(time, text))));
  NoteSignature line{as.name, as.id, {}};
  for (int shift = 56; shift >= 0; shift -= 8) line.signature.push_back(static_cast<Byte>(time >> shift));
  line.signature.insert(line.signature.end(), signature.begin(), signature.end());
  return line;
}

Status verify_note(const Note& note, const VerifierKey& key) {
  STRONGROOM_CHECK(verified_line(note, key));
  return {};
}

Result<std::int64_t> cosignature_time(const Note& note, const VerifierKey& key) {
  if (key.type != k_cosignature_key)
    return make_error(ErrorCode::invalid_argument, "only a witness's key signs a time", "key");
  STRONGROOM_ASSIGN(const NoteSignature* const line, verified_line(note, key));
  return static_cast<std::int64_t>(time_of(line->signature));
}

}  // namespace strongroom::evidence
