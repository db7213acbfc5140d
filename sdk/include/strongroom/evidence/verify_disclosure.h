// Verification of what `audit prove` gives out, from the file and the log's key alone: that an entry stands in the log,
// and what it says when it is disclosed. The rules are those of docs/audit-format.md, section Proofs. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom/evidence/checkpoint.h>
#include <strongroom/evidence/note.h>
#include <strongroom/evidence/seal.h>
#include <strongroom/evidence/tlog_proof.h>

namespace strongroom::evidence {

// The `extra` of a proof.
struct ProofExtra {
  Bytes entry;
  Bytes epoch_record;             // the newest one that the checkpoint covers
  std::vector<Hash> epoch_proof;  // of it, in the tree of the checkpoint
  std::optional<Disclosure> disclosure;

  Bytes encode() const;
  // Error: invalid_argument. encode() of the result is the input.
  static Result<ProofExtra> parse(BytesView cbor);
};

// A checkpoint that the log's key and the key of the right epoch have signed, for the entries that are proved in it.
class ProvenCheckpoint {
 public:
  // `log`: the log's key, whose name is its origin. Nothing of `note`, `epoch_record` and `epoch_proof` has to be
  // trusted. Errors: invalid_argument (malformed, or of another log), not_found (not signed), tampered.
  static Result<ProvenCheckpoint> verify(const Note& note, BytesView epoch_record, std::span<const Hash> epoch_proof,
                                         const VerifierKey& log);

  const Checkpoint& checkpoint() const noexcept { return checkpoint_; }

  const LogId& log_id() const noexcept { return log_id_; }

  // The entry, parsed, when it stands at `sequence` in the checkpoint's tree. It points into `entry`. Errors: tampered,
  // corrupt, unsupported.
  Result<Entry> entry_at(std::uint64_t sequence, BytesView entry, std::span<const Hash> proof) const;

 private:
  ProvenCheckpoint() = default;

  Checkpoint checkpoint_;
  LogId log_id_{};
  std::uint32_t epoch_ = 0;
  std::uint64_t epoch_record_ = 0;  // sequence number
};

struct ProofReport {
  std::optional<std::uint64_t> sequence;  // of the entry; nothing when the proof cannot be read
  std::string problem;                    // empty: the proof holds
  EntryHeader header;
  std::uint64_t signed_entries = 0;   // size of the checkpoint
  std::optional<OpenedEvent> opened;  // when it is disclosed

  bool ok() const noexcept { return problem.empty(); }
};

// Everything that a `.tlog-proof` of `audit prove` claims.
ProofReport verify_disclosure(std::string_view proof, const VerifierKey& log);

// As open_event; an r for an event without a box, or one that opens it to nothing, is refused too.
Result<OpenedEvent> open_disclosed(const LogId& log, const Entry& entry, const Disclosure& disclosure);

// The log id in the origin "io.strongroom/log/<id in hex>"; invalid_argument for another text.
Result<LogId> log_id_of(std::string_view origin);

}  // namespace strongroom::evidence
