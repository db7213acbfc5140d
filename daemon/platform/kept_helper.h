// A program of ours that answers one question after the other in a process of its own, as long as there are some.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>

#include "daemon/platform/helper_start.h"

namespace strongroom::platform {

// Thread-safe; one question at a time. Questions and answers are bytes behind their length (u32, little-endian), on
// the helper's standard input and output.
class KeptHelper {
 public:
  // As HelperCall has them. Nothing is started yet.
  KeptHelper(std::vector<std::string> words, std::vector<std::string> environment);
  // Ends it.
  ~KeptHelper();
  KeptHelper(const KeptHelper&) = delete;
  KeptHelper& operator=(const KeptHelper&) = delete;

  // Starts the helper when it does not run. One that is late, says too much or ends is killed, and the next question
  // starts another. Errors: unreachable (it cannot be started, or has ended), timeout, too_large.
  Result<Secret> ask(BytesView question, std::size_t most_answer, std::chrono::milliseconds deadline);

  // Ends it until the next question.
  void rest();

 private:
  using Clock = std::chrono::steady_clock;

  Status start();
  void end();
  Result<Secret> converse(BytesView question, std::size_t most_answer, Clock::time_point until);
  Status send(BytesView bytes, Clock::time_point until);
  Status receive(MutableBytes room, Clock::time_point until);

  const std::vector<std::string> words_;
  const std::vector<std::string> environment_;
  std::mutex mutex_;
  Pipe in_;
  Pipe out_;
  pid_t child_ = -1;
};

}  // namespace strongroom::platform
