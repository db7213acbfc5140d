// The real strongroom, run as a person or a script does.
#pragma once

#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {

// STRONGROOM_PATH is defined by the build. Runs against the daemon without ever starting one.
inline Outcome run_cli(const TestDaemon& daemon, std::vector<std::string> words, std::string input = {}) {
  words.insert(words.begin(), STRONGROOM_PATH);
  words.insert(words.end(), {"--no-start", "--socket", daemon.socket()});
  Process process(std::move(words),
                  {.environment = {"HOME=" + daemon.folder().string(), "PATH=/usr/bin:/bin", "TZ=UTC"},
                   .input = std::move(input),
                   .folder = {}});
  return process.wait();
}

}  // namespace strongroom::tests
