// A program of ours that does one thing in a process of its own: it is given words and input, it answers, it ends.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>

namespace strongroom::platform {

struct HelperCall {
  std::vector<std::string> words;        // the program's path, then its arguments; nothing secret
  std::vector<std::string> environment;  // all of it
  BytesView input;                       // to its standard input
  std::chrono::milliseconds deadline{};
  std::size_t most_answer = 0;  // bytes
};

struct HelperEnd {
  Secret said;         // on its standard output
  int exit_code = -1;  // -1: a signal ended it
};

// Waits for its end; a helper that is late or says too much is killed. Its standard error is thrown away, and it has no
// other descriptor, no blocked signal and no handler of ours. The process ignores SIGPIPE. Errors: unreachable (it
// cannot be started), timeout, too_large, storage_failed (there is no pipe).
Result<HelperEnd> run_helper(const HelperCall& call);

}  // namespace strongroom::platform
