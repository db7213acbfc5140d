// The witness's own key: an Ed25519 seed in a private file, as one line of text in the form of Go's sumdb/note
// ("PRIVATE+KEY+name+id+base64(0x04 || seed)").
#pragma once

#include <filesystem>

#include <strongroom/evidence/note.h>

namespace strongroom::witness {

// Thread-safe once made. The seed is wiped when it goes. Move-only.
class WitnessKey {
 public:
  // Makes a key in `folder` (and the folder): `conflict` when there is one, `invalid_argument` for a name that a key
  // may not have, else as files.h.
  static Result<WitnessKey> create(const std::filesystem::path& folder, const std::string& name);
  // `not_found` when there is none, `untrusted` when others have access to it, `corrupt` when it is no key.
  static Result<WitnessKey> load(const std::filesystem::path& folder);

  WitnessKey(WitnessKey&& other) noexcept;
  WitnessKey& operator=(WitnessKey&&) = delete;
  WitnessKey(const WitnessKey&) = delete;
  WitnessKey& operator=(const WitnessKey&) = delete;
  ~WitnessKey();

  const evidence::VerifierKey& verifier() const noexcept { return verifier_; }

  // A cosignature of a checkpoint's text, of this moment.
  Result<evidence::NoteSignature> cosign(std::string_view checkpoint, std::int64_t time_s) const;

 private:
  WitnessKey() = default;

  std::array<Byte, evidence::k_ed25519_size> seed_{};
  evidence::VerifierKey verifier_;
};

}  // namespace strongroom::witness
