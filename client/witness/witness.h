// The witness: cosigns a checkpoint when it is signed by a log that it trusts and continues the one that it cosigned
// last, and nothing else (C2SP tlog-witness, tlog-cosignature).
#pragma once

#include <filesystem>
#include <string>

#include <strongroom/base/clock.h>
#include <strongroom/evidence/add_checkpoint.h>

#include "client/witness/witness_key.h"

namespace strongroom::witness {

enum class Verdict {
  cosigned,      // the new state is on the disk, and the cosignature may leave
  malformed,     // no checkpoint, or an old size above the new one
  unknown_log,   // no key is trusted for this origin
  not_signed,    // by no trusted key, or wrongly
  stale,         // the old size is not that of the last checkpoint
  fork,          // two roots for one size
  inconsistent,  // the proof does not lead from the last checkpoint to this one
  failed,        // the witness could not do its work
};

struct Decision {
  Verdict verdict;
  std::string why;            // a sentence that may be shown to the log
  std::uint64_t size = 0;     // of the last checkpoint; of stale and fork
  std::string cosignature{};  // a signature line of cosigned
};

// Thread-safe; requests of one log wait for each other, also those of other processes with the same folder.
class Witness {
 public:
  // `clock` must outlive the witness.
  Witness(std::filesystem::path folder, WitnessKey key, const Clock& clock)
      : folder_(std::move(folder)), key_(std::move(key)), clock_(clock) {}

  Decision add_checkpoint(const evidence::AddCheckpoint& request) const;

 private:
  std::filesystem::path folder_;
  WitnessKey key_;
  const Clock& clock_;
};

}  // namespace strongroom::witness
