// Terminals: the one a person sits at, and those made for a command so that its output can be read on the way.
#pragma once

#include <string>

#include <termios.h>

#include <strongroom/base/result.h>

#include "client/cli/run/files.h"

namespace strongroom::cli::run {

// Who turns LF into CR LF and does what else a terminal does to output.
enum class OutputRules : unsigned char {
  here,       // the pseudo terminal: the real one is raw
  elsewhere,  // the real terminal, behind it
};

struct PseudoTerminal {
  Descriptor ours;    // does not block; closed on exec
  Descriptor theirs;  // likewise closed on exec: held so that a command may close all its descriptors and come back
  std::string name;   // of theirs

  // With the modes and the size of the terminal `like`. Error: internal.
  static Result<PseudoTerminal> make(int like, OutputRules rules);
};

void copy_size(int from, int to) noexcept;

// The real terminal, on standard input, as long as a command has a terminal of its own: raw, because that other one
// acts on keys. Only while this process is in the foreground.
class RealTerminal {
 public:
  explicit RealTerminal(int descriptor) noexcept : descriptor_(descriptor) {}

  ~RealTerminal() { leave(); }

  RealTerminal(const RealTerminal&) = delete;
  RealTerminal& operator=(const RealTerminal&) = delete;

  bool entered() const noexcept { return entered_; }

  // Again and again without harm.
  void enter() noexcept;
  void leave() noexcept;

 private:
  bool in_foreground() const noexcept;

  int descriptor_;
  bool entered_ = false;
  termios modes_{};
};

}  // namespace strongroom::cli::run
