// What a witness keeps about one log, in a folder of its own: the keys that it trusts and the last checkpoint that it
// cosigned. The files are `keys` (a verifier key a line) and `checkpoint` (a signed note, or "none").
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include <strongroom/evidence/checkpoint.h>
#include <strongroom/evidence/note.h>

#include "client/witness/files.h"

namespace strongroom::witness {

// Held from open() on: no other thread or process reads or writes the state of this log meanwhile. Move-only.
class LogState {
 public:
  // `not_found` for a log that is not trusted, `corrupt` when its files are not what was written, `tampered` when the
  // checkpoint is not one that `witness` cosigned, else as files.h.
  static Result<LogState> open(const std::filesystem::path& folder, std::string_view origin,
                               const evidence::VerifierKey& witness);
  // Trusts a key of the log that has its name: a new log begins without a checkpoint, a known one gets one key more.
  // `invalid_argument` for a key that is no log's.
  static Status trust(const std::filesystem::path& folder, const evidence::VerifierKey& log);

  const std::vector<evidence::VerifierKey>& keys() const noexcept { return keys_; }

  // Nothing before the first.
  const std::optional<evidence::Checkpoint>& cosigned() const noexcept { return cosigned_; }

  std::uint64_t size() const noexcept { return cosigned_ ? cosigned_->size : 0; }

  evidence::Hash root() const noexcept { return cosigned_ ? cosigned_->root : evidence::empty_root(); }

  // On the disk when it returns; after an error either this or the former state is.
  Status store(const evidence::Note& cosigned);
  // Keeps a checkpoint of the size of the last one with another root, which the log signed too: proof that it forked.
  // The first one stays.
  Status keep_fork(const evidence::Note& other);

 private:
  explicit LogState(std::filesystem::path folder, HeldFolder held)
      : folder_(std::move(folder)), held_(std::move(held)) {}

  Status read_keys(std::string_view origin);
  Status read_checkpoint(std::string_view origin, const evidence::VerifierKey& witness);

  std::filesystem::path folder_;
  HeldFolder held_;
  std::vector<evidence::VerifierKey> keys_;
  std::optional<evidence::Checkpoint> cosigned_;
};

}  // namespace strongroom::witness
