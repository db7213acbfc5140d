// The checkpoints of a log that is being verified: the newest, cosigned ones, one at hand, and those in witness
// records.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <strongroom/evidence/verify_log.h>

#include "sdk/src/evidence/finding.h"

namespace strongroom::evidence {

class LogNotes {
 public:
  LogNotes(std::filesystem::path folder, const VerifyOptions& options)
      : folder_(std::move(folder)), options_(options) {}

  // Reads those that lie in the folder or were given. What is wrong with their form is found at the end only, so that
  // it does not hide where entries are damaged. Errors: invalid_argument (one that was given is none), storage_failed.
  Status read();

  // An epoch record was taken.
  void begin_epoch(const EpochEntry& epoch, const EntryHeader& header);

  // Whether there is one of this size.
  bool wants(std::uint64_t size) const noexcept;

  // Those of the size that the tree has now.
  MaybeFinding check_at(std::uint64_t size, const Hash& root) const;

  // That of a witness record, of whose size the root is told by `root`.
  MaybeFinding check_witness(const WitnessEntry& witness, std::uint64_t sequence,
                             const std::function<Result<Hash>(std::uint64_t size)>& root);

  // What can be said when all entries were read; `archived`: how many are not there any more.
  MaybeFinding check_end(std::uint64_t entries, std::uint64_t archived) const;

  // What is wrong with the form of one.
  const MaybeFinding& late() const noexcept { return late_; }

  // How many entries the newest covers; 0: there is none.
  std::uint64_t newest() const noexcept { return newest_; }

  bool any() const noexcept { return !notes_.empty() || late_; }

 private:
  enum class Kind : std::uint8_t { newest, cosigned, at_hand };

  struct Known {
    Kind kind{};
    Note note;
    Checkpoint checkpoint;
  };

  struct Epoch {
    std::uint64_t sequence = 0;
    std::uint32_t number = 0;
    PublicKey key{};
  };

  void take(Kind kind, const std::string& text, std::optional<std::uint64_t> size);
  Status read_cosigned();
  MaybeFinding check(const Note& note, const Checkpoint& checkpoint, const std::string& name, std::uint64_t at) const;
  static std::string name_of(Kind kind);

  std::filesystem::path folder_;
  const VerifyOptions& options_;
  std::vector<Known> notes_;
  std::vector<Epoch> epochs_;  // 48 bytes an hour
  std::string origin_;
  PublicKey identity_{};
  MaybeFinding late_;
  std::uint64_t newest_ = 0;
  std::uint64_t witnessed_ = 0;  // the largest size in a witness record
};

}  // namespace strongroom::evidence
