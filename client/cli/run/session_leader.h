// A process between this one and a command that has a session of its own.
//
// Keys and calls that stop a process group are ignored when no parent in the same session could continue it (POSIX:
// orphaned process group). A command that were itself the leader of its session could not be stopped by ^Z; so this
// executable anew leads the session and the command is a group in it, in the foreground.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "client/cli/run/child.h"
#include "client/cli/run/files.h"

namespace strongroom::cli::run {

// The word behind which this executable is the leader; it is no command and stands in no help.
inline constexpr const char* k_lead_word = "--lead-a-session";

struct LeaderReport {
  enum class Kind : int { started, failed, stopped, ended };
  Kind kind = Kind::failed;
  int value = 0;  // pid, errno, signal, exit code (128 + N when signal N ended it)
};

class SessionLeader {
 public:
  // Starts the leader on the terminal of `streams` and through it the command; its pid is also that of its group.
  Started start(const Command& command, Environment& environment, const ChildStreams& streams);

  // Readable when next() has something.
  int descriptor() const noexcept { return reports_.get(); }

  // Waits for the next report. Nothing when the leader is gone.
  std::optional<LeaderReport> next();

 private:
  Descriptor reports_;
};

// The leader's whole life. `words`: the numbers of the descriptors for reports and of the command's variables, the
// program and its arguments, nullptr.
int lead(char** words);

}  // namespace strongroom::cli::run
