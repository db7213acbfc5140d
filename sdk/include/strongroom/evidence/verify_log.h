// Verification of a whole log, or of what an archive left of it, from the files alone: no key, no daemon, no unlock.
// The rules are those of docs/audit-format.md, section "Verifying a log".
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <strongroom/base/result.h>
#include <strongroom/evidence/checkpoint.h>
#include <strongroom/evidence/entry.h>
#include <strongroom/evidence/note.h>

namespace strongroom::evidence {

struct VerifyOptions {
  std::optional<VerifierKey> key;      // that of the log; without it the log's own word is taken for it
  std::vector<std::string> against;    // older checkpoints, as notes
  std::vector<VerifierKey> witnesses;  // whose cosignatures have to be right where they stand
  // Called after every 4096 entries with how many were read; false ends the run with `cancelled`.
  std::function<bool(std::uint64_t entries)> progress;
};

struct LogReport {
  std::uint64_t first = 0;           // entries before it are archived
  std::uint64_t entries = 0;         // the number of the last whole entry and one
  std::uint64_t signed_entries = 0;  // how many the newest checkpoint covers; 0: there is none
  std::uint64_t torn = 0;            // bytes of an unfinished frame at the end
  std::string origin;
  std::string key;  // of the log, as `strongroom audit key` prints it
  std::optional<Hash> root;
  // Damage: where it shows first, and what. Nothing: the log is as it was written.
  std::optional<std::uint64_t> damaged_at;
  std::string problem;

  bool ok() const noexcept { return problem.empty(); }
};

// Memory does not grow with the log. Reads each byte once. Errors: not_found (no log there), storage_failed, cancelled,
// invalid_argument (a checkpoint of `against` is none). Damage is a report, not an error.
Result<LogReport> verify_log(const std::filesystem::path& folder, const VerifyOptions& options = {});

// "io.strongroom/log/<id in hex>"
std::string origin_of(const LogId& log);
// The name of an epoch's key in a checkpoint.
std::string epoch_key_name(std::string_view origin, std::uint32_t epoch);

// Whether both signatures of a log are there and right: that of its identity, and that of the epoch whose record is the
// newest one that the checkpoint covers. Errors as verify_note; invalid_argument for what is no checkpoint of the log.
Result<Checkpoint> verify_checkpoint(const Note& note, const EpochEntry& epoch, std::uint32_t epoch_number);

// Whether an epoch record is signed by the identity key that it names.
bool has_identity_signature(const EpochEntry& epoch) noexcept;

// A small file of the log's folder, whole. Errors: not_found, too_large, storage_failed.
Result<std::string> read_log_file(const std::filesystem::path& file, std::size_t most = std::size_t{1} << 20);

}  // namespace strongroom::evidence
