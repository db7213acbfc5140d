// Signed notes (C2SP signed-note): a text and the signatures below it, by Ed25519 keys (type 0x01) and by witnesses
// (cosignature/v1 of C2SP tlog-cosignature, type 0x04).
//
// What is parsed here came from anybody: it is bounded, and nothing of it is to be believed before verify_note.
// Functions keep no state and are thread-safe.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom/evidence/ed25519.h>

namespace strongroom::evidence {

constexpr std::uint8_t k_note_key = 0x01;         // signs the text as it is
constexpr std::uint8_t k_cosignature_key = 0x04;  // signs the text and the time at which it was seen
constexpr std::size_t k_note_max = 1'000'000;     // bytes of a note
constexpr std::size_t k_note_signatures_max = 100;

// Whether a key may have this name: not empty, UTF-8, without Unicode spaces, control characters and '+'.
bool is_key_name(std::string_view name) noexcept;

struct VerifierKey {
  std::string name;
  std::uint32_t id = 0;  // first four bytes of SHA-256(name || "\n" || type || key), big-endian
  std::uint8_t type = 0;
  Ed25519PublicKey key{};

  // "name+id+base64(type || key)", the id in 8 lower-case hex digits. `invalid_argument` for what is no such text or
  // has another id than its own, `unsupported` for a type other than the two above.
  static Result<VerifierKey> parse(std::string_view vkey);
  std::string text() const;

  bool operator==(const VerifierKey&) const = default;
};

// With its id. Terminates unless is_key_name(name), the type is one of the two and the key has 32 bytes.
VerifierKey make_verifier_key(std::string name, std::uint8_t type, BytesView public_key);

// One line below a note. `signature` is without the id; for a cosignature it begins with the time (u64, big-endian).
struct NoteSignature {
  std::string name;
  std::uint32_t id = 0;
  Bytes signature;

  // The line as it stands in a note, with its newline.
  std::string line() const;

  bool operator==(const NoteSignature&) const = default;
};

struct Note {
  std::string text;  // with its last newline
  std::vector<NoteSignature> signatures;

  // At least one signature, canonical base64. `too_large` above k_note_max or k_note_signatures_max, `invalid_argument`
  // for all else that is no note. serialize() of the result is the input.
  static Result<Note> parse(std::string_view note);
  std::string serialize() const;
};

// The signature lines alone, as a witness answers them: as Note::parse, none allowed.
Result<std::vector<NoteSignature>> parse_signatures(std::string_view lines);

// Signs a message with a key that never leaves its place.
using Signer = std::function<Result<Ed25519Signature>(BytesView message)>;

// Signs `text`, which ends in a newline and is made of what a note may have, else `invalid_argument`; so is a key of
// another type (0x01 for sign_note, 0x04 for cosign_note) and a negative time. `time_s` is POSIX time; a cosignature
// speaks of checkpoints only, which is the caller's to check. The signer's error is returned as it is.
Result<NoteSignature> sign_note(const VerifierKey& as, std::string_view text, const Signer& signer);
Result<NoteSignature> cosign_note(const VerifierKey& as, std::string_view text, std::int64_t time_s,
                                  const Signer& signer);

// Whether the note has exactly one line of this key's name and id, and it verifies. `not_found` when there is no such
// line, `tampered` when one fails or there are several.
Status verify_note(const Note& note, const VerifierKey& key);
// The POSIX time of this witness's cosignature; fails as verify_note, and with `invalid_argument` for a key of type
// 0x01.
Result<std::int64_t> cosignature_time(const Note& note, const VerifierKey& key);

}  // namespace strongroom::evidence
