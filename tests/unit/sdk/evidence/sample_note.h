// Keys and notes of the tests.
#pragma once

#include <string>

#include <strongroom/evidence/note.h>

namespace strongroom::evidence {

struct SampleKey {
  SampleKey(std::string name, std::uint8_t type, Byte seed_byte)
      : seed(k_ed25519_size, seed_byte),
        verifier(make_verifier_key(std::move(name), type, Ed25519::public_key(seed).value())) {}

  Signer signer() const {
    return [this](BytesView message) { return Ed25519::sign(seed, message); };
  }

  Bytes seed;
  VerifierKey verifier;
};

inline Note signed_note(std::string text, const SampleKey& key) {
  Note note;
  note.signatures.push_back(sign_note(key.verifier, text, key.signer()).value());
  note.text = std::move(text);
  return note;
}

}  // namespace strongroom::evidence
