// A line on the terminal that says how far something is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "client/cli/session.h"

namespace strongroom::cli {

// Shown on standard error when that is a terminal and neither --quiet nor --json is given; gone when it is destroyed.
class Progress {
 public:
  // "Verifying", "entries"
  Progress(const Session& session, std::string what, std::string unit);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Writes at most ten times a second. With a total: a bar, and how long it will take from the second second on.
  void show(std::int64_t done, std::optional<std::int64_t> total = std::nullopt);

 private:
  std::string what_;
  std::string unit_;
  bool wanted_ = false;
  bool shown_ = false;
  std::int64_t begun_ms_ = 0;
  std::int64_t next_ms_ = 0;
};

}  // namespace strongroom::cli
