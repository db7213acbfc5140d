// A small process that removes the delivered files when this one was killed.
#pragma once

#include <sys/types.h>

#include <string>

#include <strongroom/base/result.h>

#include "client/cli/run/files.h"

namespace strongroom::cli::run {

// The word behind which this executable is the watcher; it is no command and stands in no help.
inline constexpr const char* k_watch_word = "--remove-when-my-parent-ends";

// Started before any secret is in memory: this executable anew, in its own session, with no descriptor but a pipe whose
// other end closes with this process. Signals of a terminal do not reach it.
class Watcher {
 public:
  static Result<Watcher> start(const std::string& folder);

  Watcher(Watcher&& other) noexcept : pipe_(std::move(other.pipe_)), process_(std::exchange(other.process_, -1)) {}

  // Lets it end and waits for it. What it watched over is removed when it still is there.
  ~Watcher();

 private:
  Watcher() = default;

  Descriptor pipe_;
  pid_t process_ = -1;
};

// The watcher's whole life: waits until its input ends, removes `folder`, returns its exit code.
int watch(const std::string& folder);

}  // namespace strongroom::cli::run
