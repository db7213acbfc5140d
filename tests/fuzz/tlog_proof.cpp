// Any bytes as a proof file: refused, or written again byte for byte, and of no log that did not sign it.
#include <cstdlib>

#include <strongroom/evidence/tlog_proof.h>

using namespace strongroom;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  const auto proof = evidence::TlogProof::parse(text);
  if (!proof) return 0;
  if (proof->text() != text) std::abort();
  const auto key = evidence::make_verifier_key("name", evidence::k_note_key, evidence::Ed25519PublicKey{});
  if (evidence::verify(*proof, {}, key)) std::abort();
  return 0;
}
