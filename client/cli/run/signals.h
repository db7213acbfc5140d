// Signals as events of a poll loop.
#pragma once

#include <initializer_list>
#include <optional>
#include <vector>

#include <signal.h>

#include <strongroom/base/result.h>

namespace strongroom::cli::run {

struct SignalEvent {
  int number = 0;
  bool from_kernel = false;  // a terminal's key, which its whole process group got
};

// While it lives the signals become events; afterwards they are handled as before. One in a process at a time.
class SignalEvents {
 public:
  // Of `forwarded` those that were ignored stay ignored, as nohup and background jobs of plain shells want it; those of
  // `needed` become events in any case. Error: internal.
  static Result<SignalEvents> start(std::initializer_list<int> forwarded, std::initializer_list<int> needed);

  SignalEvents(SignalEvents&& other) noexcept : before_(std::move(other.before_)) { other.before_.clear(); }

  ~SignalEvents();

  // Readable when next() has something.
  int descriptor() const noexcept;

  std::optional<SignalEvent> next();

 private:
  struct Before {
    int number;
    struct sigaction action;
  };

  SignalEvents() = default;

  std::vector<Before> before_;
};

}  // namespace strongroom::cli::run
