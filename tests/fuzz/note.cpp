// Any bytes as a signed note, its text as a checkpoint and as a verifier key: refused, or written again byte for byte.
#include <cstdlib>

#include <strongroom/evidence/checkpoint.h>
#include <strongroom/evidence/note.h>

using namespace strongroom;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  if (const auto key = evidence::VerifierKey::parse(text); key && key->text() != text) std::abort();
  if (const auto checkpoint = evidence::Checkpoint::parse(text); checkpoint && checkpoint->text() != text) std::abort();
  const auto note = evidence::Note::parse(text);
  if (!note) return 0;
  if (note->serialize() != text) std::abort();
  if (const auto checkpoint = evidence::Checkpoint::parse(note->text); checkpoint && checkpoint->text() != note->text)
    std::abort();
  const auto type = size % 2 == 0 ? evidence::k_note_key : evidence::k_cosignature_key;
  auto key = evidence::make_verifier_key("name", type, evidence::Ed25519PublicKey{});
  key.name = note->signatures[0].name;
  key.id = note->signatures[0].id;
  // Nobody signs for a key that is no point of the curve.
  if (evidence::verify_note(*note, key)) std::abort();
  return 0;
}
