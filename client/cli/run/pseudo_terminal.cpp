#include "client/cli/run/pseudo_terminal.h"

#include <fcntl.h>
#if defined(__linux__)
#include <pty.h>
#else
#include <util.h>
#endif
#include <sys/ioctl.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

namespace strongroom::cli::run {

Result<PseudoTerminal> PseudoTerminal::make(int like, OutputRules rules) {
  termios modes{};
  winsize size{};
  std::array<char, PATH_MAX> name{};
  int ours = -1;
  int theirs = -1;
  const bool known = tcgetattr(like, &modes) == 0 && ioctl(like, TIOCGWINSZ, &size) == 0;
  if (rules == OutputRules::elsewhere) modes.c_oflag &= ~static_cast<tcflag_t>(OPOST);
  if (!known || openpty(&ours, &theirs, name.data(), &modes, &size) != 0)
    return make_error(ErrorCode::internal, std::string("no pseudo terminal can be made: ") + strerror(errno));
  fcntl(ours, F_SETFD, FD_CLOEXEC);
  fcntl(theirs, F_SETFD, FD_CLOEXEC);
  fcntl(ours, F_SETFL, O_NONBLOCK);
  return PseudoTerminal{Descriptor(ours), Descriptor(theirs), name.data()};
}

void copy_size(int from, int to) noexcept {
  winsize size{};
  if (ioctl(from, TIOCGWINSZ, &size) == 0) ioctl(to, TIOCSWINSZ, &size);
}

// A background process that touched the terminal's modes would be stopped, or take it from the one in front.
bool RealTerminal::in_foreground() const noexcept {
  return tcgetpgrp(descriptor_) == getpgrp();
}

void RealTerminal::enter() noexcept {
  if (entered_ || !in_foreground() || tcgetattr(descriptor_, &modes_) != 0) return;
  termios raw = modes_;
  cfmakeraw(&raw);
  entered_ = tcsetattr(descriptor_, TCSADRAIN, &raw) == 0;
}

void RealTerminal::leave() noexcept {
  if (entered_ && in_foreground()) tcsetattr(descriptor_, TCSADRAIN, &modes_);
  entered_ = false;
}

}  // namespace strongroom::cli::run
