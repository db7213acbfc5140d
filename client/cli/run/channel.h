// One output of a command on its way through the masker.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include <strongroom/base/stream_masker.h>

#include "client/cli/run/files.h"

namespace strongroom::cli::run {

using Clock = std::chrono::steady_clock;

// Reads from a pipe or pseudo terminal and writes what the masker lets out. Holds at most two reads' worth: when the
// reader is slower than the command, the command waits. The destination's modes are left alone, since others share
// them; it gets no more at a time than a pipe that is ready for writing takes without blocking.
class Channel {
 public:
  // `to` is borrowed.
  Channel(Descriptor from, int to, std::shared_ptr<const MaskingPatterns> patterns);

  int from() const noexcept { return from_.get(); }

  int to() const noexcept { return to_; }

  bool wants_input() const noexcept { return from_ && pending() < k_chunk; }

  bool wants_output() const noexcept { return pending() > 0; }

  // Everything that will come has come and is written.
  bool finished() const noexcept { return !from_ && pending() == 0; }

  void read_some(Clock::time_point now);
  void write_some(Clock::time_point now);
  // Flushes the masker when the command has been silent for StreamMasker::k_silence.
  void pass_time(Clock::time_point now);
  // When pass_time() has something to do; nothing while the reader is what is waited for.
  std::optional<Clock::time_point> due() const;

  // The command has ended: what it wrote is still read; what others that hold its output write, until they are silent
  // for k_last_words or k_patience has passed.
  void command_ended(Clock::time_point now);
  void pass_time_after_end(Clock::time_point now);

  // A write failed for another reason than a reader that went away.
  bool failed() const noexcept { return failed_; }

 private:
  static constexpr std::size_t k_chunk = 64 * 1024;
  static constexpr std::chrono::milliseconds k_last_words{100};
  static constexpr std::chrono::milliseconds k_patience{2000};

  std::size_t pending() const noexcept { return out_.size() - written_; }

  void end_input();

  Descriptor from_;
  int to_;
  StreamMasker masker_;
  WipedBytes chunk_;
  WipedBytes out_;
  std::size_t written_ = 0;
  Clock::time_point heard_;
  Clock::time_point ended_;
  std::size_t owed_ = 0;  // bytes that were waiting to be read when the command ended
  bool failed_ = false;
};

}  // namespace strongroom::cli::run
