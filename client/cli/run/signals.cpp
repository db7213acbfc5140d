#include "client/cli/run/signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "client/cli/run/files.h"

namespace strongroom::cli::run {

namespace {

// A handler reaches nothing else.
Pipe g_pipe;

void note(int number, siginfo_t* info, void*) {
  const int reason = errno;
  const SignalEvent event{number, info != nullptr && info->si_code == SI_KERNEL};
  (void)!write(g_pipe.in.get(), &event, sizeof event);
  errno = reason;
}

}  // namespace

Result<SignalEvents> SignalEvents::start(std::initializer_list<int> forwarded, std::initializer_list<int> needed) {
  STRONGROOM_ASSIGN(g_pipe, make_pipe());
  for (const int end : {g_pipe.out.get(), g_pipe.in.get()}) fcntl(end, F_SETFL, O_NONBLOCK);
  SignalEvents made;
  struct sigaction action{};
  action.sa_sigaction = note;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigfillset(&action.sa_mask);
  const auto install = [&](int number, bool even_ignored) {
    struct sigaction before{};
    sigaction(number, nullptr, &before);
    if (!even_ignored && before.sa_handler == SIG_IGN) return;
    sigaction(number, &action, nullptr);
    made.before_.push_back({number, before});
  };
  for (const int number : forwarded) install(number, false);
  for (const int number : needed) install(number, true);
  return made;
}

SignalEvents::~SignalEvents() {
  if (before_.empty()) return;
  for (const auto& [number, action] : before_) sigaction(number, &action, nullptr);
  g_pipe = Pipe{};
}

int SignalEvents::descriptor() const noexcept {
  return g_pipe.out.get();
}

std::optional<SignalEvent> SignalEvents::next() {
  SignalEvent event;
  if (read(g_pipe.out.get(), &event, sizeof event) != static_cast<ssize_t>(sizeof event)) return std::nullopt;
  return event;
}

}  // namespace strongroom::cli::run
