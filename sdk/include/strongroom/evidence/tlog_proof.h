// A proof that an entry is in a log, verifiable without the log (C2SP tlog-proof): index, inclusion proof and signed
// checkpoint in one text file. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom/evidence/merkle.h>
#include <strongroom/evidence/note.h>

namespace strongroom::evidence {

constexpr std::size_t k_tlog_proof_max = 2'000'000;  // bytes

struct TlogProof {
  std::optional<Bytes> extra;  // what the application adds; nothing vouches for it
  std::uint64_t index = 0;
  std::vector<Hash> hashes;  // from the leaf's sibling up to the root's child; at most 64
  Note checkpoint;

  std::string text() const;
  // Says nothing about whether the proof holds. `too_large` above the bounds, `invalid_argument` for what is no such
  // file. text() of the result is the input.
  static Result<TlogProof> parse(std::string_view text);
};

// Whether `entry` stands at the proof's index of the log that signed the checkpoint with `log`, a key whose name is the
// log's origin. Cosignatures are the caller's to ask for. `not_found` when the key did not sign, `invalid_argument`
// when the note holds no checkpoint or the index is not below its size, `tampered` when anything does not verify.
Status verify(const TlogProof& proof, BytesView entry, const VerifierKey& log);

}  // namespace strongroom::evidence
