// Looks for secrets in what every process shows of itself to others: its arguments and its environment.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/security/memory_scanner.h"

namespace strongroom::tests {

struct Sighting {
  pid_t process = 0;
  std::string file;  // "cmdline" or "environ"
  std::string what;  // for a person
};

// What was found in /proc/PID/cmdline and /proc/PID/environ of every process that lets us read them, now.
std::vector<Sighting> find_in_processes(const Needles& needles);

// Looks again and again on a thread of its own until it ends: finds what stands there only for an instant, with luck.
class ProcessWatch {
 public:
  // `needles` must not change meanwhile.
  explicit ProcessWatch(const Needles& needles);
  ~ProcessWatch();
  ProcessWatch(const ProcessWatch&) = delete;
  ProcessWatch& operator=(const ProcessWatch&) = delete;

  // Ends it. What was found at any time.
  std::vector<std::string> finish();

  // Completed looks at all processes.
  std::size_t rounds() const noexcept { return rounds_; }

 private:
  const Needles& needles_;
  std::set<std::string> found_;  // of the thread until it is joined
  std::atomic<std::size_t> rounds_ = 0;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

// What was found in files below `folder` that changed since `since`, `but` and what lies below it left out. Others use
// such folders too: what cannot be read or vanishes is passed over, and so is what lies four levels down.
std::vector<std::string> find_in_new_files(const std::filesystem::path& folder, std::filesystem::file_time_type since,
                                           const std::vector<std::filesystem::path>& but, const Needles& needles);

}  // namespace strongroom::tests
