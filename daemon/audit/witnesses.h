// Witnesses: others who sign that the log has only grown (C2SP tlog-witness). Those with a URL are asked through a
// helper process, so that no HTTP lives in the daemon; others are reached by files that a person carries.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <strongroom/base/result.h>
#include <strongroom/evidence/note.h>

#include "daemon/audit/log.h"

namespace strongroom::audit {

// What a witness answered.
struct WitnessAnswer {
  int status = 0;  // of HTTP
  std::string body;
};

// Sends an add-checkpoint body to a witness and waits at most 15 s. Errors: unreachable, untrusted, not_implemented.
using AskWitness = std::function<Result<WitnessAnswer>(const std::string& url, const std::string& body)>;

// Runs `strongroom-witness submit URL`, which lies at `helper`.
AskWitness ask_by_helper(std::filesystem::path helper);

struct WitnessState {
  evidence::VerifierKey key;
  std::string url;                  // empty: by files
  std::uint64_t cosigned_size = 0;  // what it has vouched for last; 0: nothing
  std::int64_t cosigned_s = 0;
  std::string problem;
};

// Thread-safe. What waits for the network runs where the caller runs it.
class Witnesses {
 public:
  // Reads the witnesses of the log's folder. `alarm`: a witness has seen more of the log than there is.
  Witnesses(AuditLog& log, AskWitness ask, std::function<void(const std::string&)> alarm);

  // Errors: invalid_argument (key, URL), conflict (it is there), those of asking it; it is then not added.
  Result<WitnessState> add(const std::string& key, const std::optional<std::string>& url,
                           const std::optional<std::string>& cosigned);
  // By key or name. Error: not_found.
  Status remove(const std::string& key);
  std::vector<WitnessState> all() const;

  // Asks those with a URL for cosignatures of the newest checkpoint, if it grew.
  void ask_all();
  // When ask_all() is due: a minute after the last time, when the log has grown since. Nothing: not at all.
  std::optional<Keeper::Time> due() const;
  bool any() const;

 private:
  Error alarmed(const WitnessState& witness, const std::string& problem) const;
  Status ask(WitnessState& witness);
  Status take_cosignature(WitnessState& witness, const evidence::Note& note);
  Result<WitnessAnswer> submit(const WitnessState& witness, std::uint64_t old_size, const evidence::Note& checkpoint);
  Status save();
  void load();

  AuditLog& log_;
  AskWitness ask_;
  std::function<void(const std::string&)> alarm_;
  std::mutex asking_;  // one conversation at a time
  mutable std::mutex mutex_;
  std::vector<WitnessState> witnesses_;  // guarded by mutex_
  std::uint64_t asked_size_ = 0;
  Keeper::Time asked_ = Keeper::Time::min();
};

}  // namespace strongroom::audit
