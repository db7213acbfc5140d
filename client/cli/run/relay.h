// The wrapper's life while the command runs: output through the masker, keys and signals to the command.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <strongroom/base/stream_masker.h>

#include "client/cli/run/channel.h"
#include "client/cli/run/child.h"
#include "client/cli/run/pseudo_terminal.h"
#include "client/cli/run/session_leader.h"
#include "client/cli/run/signals.h"

namespace strongroom::cli::run {

// Without patterns nothing is between the command and its streams. With them each of standard output and error goes
// through a pipe, or a pseudo terminal when it is a terminal. When standard input and one of the outputs are terminals,
// the command gets a session of its own whose terminal is the pseudo terminal: that one makes signals of keys, and
// stopping and continuing the command stops and continues this process's group. Otherwise the command stays in this
// process's group and gets signals of keys from the real terminal.
class Relay {
 public:
  // Errors: internal.
  static Result<std::unique_ptr<Relay>> make(std::shared_ptr<const MaskingPatterns> patterns);

  // Starts the command with what make() prepared. Once.
  Started start(const Command& command, Environment& environment);

  // Until the command has ended and its output is written. Its exit code; 128 + N when signal N ended it.
  int run();

  // Something could not be written, a reader that went away aside.
  bool output_failed() const noexcept;

 private:
  Relay() : real_(0) {}

  Status add_output(int descriptor, bool own_session, const std::shared_ptr<const MaskingPatterns>& patterns);
  void poll_once();
  std::optional<std::chrono::milliseconds> patience() const;
  void handle(const SignalEvent& event);
  void look_after_child();
  void hear_leader();
  void end_with(int exit_code);
  void stop_with_child();
  void resume();
  void copy_sizes();
  void take_keys();
  void give_keys();
  bool finished() const noexcept;

  std::optional<SignalEvents> signals_;
  RealTerminal real_;
  ChildStreams streams_;
  std::vector<std::unique_ptr<Channel>> channels_;
  std::vector<Descriptor> theirs_;       // the command's ends, as long as it runs
  std::vector<Descriptor> until_start_;  // ends of pipes that only the command shall hold
  WipedBytes keys_{wiped_heap()};
  bool keys_end_ = false;
  Channel* main_ = nullptr;  // of the session's terminal
  SessionLeader leader_;
  pid_t child_ = -1;  // with a session of its own also its group
  std::optional<int> exit_code_;
};

}  // namespace strongroom::cli::run
