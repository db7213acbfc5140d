#include "client/cli/run/relay.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace strongroom::cli::run {

namespace {

// A shell may bring a running background job to the front without a signal.
constexpr std::chrono::milliseconds k_look_for_foreground{250};

}  // namespace

Result<std::unique_ptr<Relay>> Relay::make(std::shared_ptr<const MaskingPatterns> patterns) {
  std::unique_ptr<Relay> made(new Relay);
  const bool output_is_terminal = isatty(STDOUT_FILENO) == 1 || isatty(STDERR_FILENO) == 1;
  const bool own_session = patterns && isatty(STDIN_FILENO) == 1 && output_is_terminal;
  if (patterns) {
    STRONGROOM_CHECK(made->add_output(STDOUT_FILENO, own_session, patterns));
    STRONGROOM_CHECK(made->add_output(STDERR_FILENO, own_session, patterns));
  }
  auto signals = own_session
                     ? SignalEvents::start({SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGTSTP},
                                           {SIGCHLD, SIGWINCH, SIGCONT})
                     : SignalEvents::start({SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2}, {SIGCHLD, SIGWINCH});
  if (!signals) return std::move(signals).error();
  made->signals_.emplace(std::move(signals).value());
  return made;
}

Status Relay::add_output(int descriptor, bool own_session, const std::shared_ptr<const MaskingPatterns>& patterns) {
  int& theirs = descriptor == STDOUT_FILENO ? streams_.output : streams_.errors;
  if (isatty(descriptor) != 1) {
    STRONGROOM_ASSIGN(auto pipe, make_pipe());
    theirs = pipe.in.get();
    until_start_.push_back(std::move(pipe.in));
    channels_.push_back(std::make_unique<Channel>(std::move(pipe.out), descriptor, patterns));
    return {};
  }
  const bool main = own_session && main_ == nullptr;
  STRONGROOM_ASSIGN(auto terminal, PseudoTerminal::make(main ? STDIN_FILENO : descriptor,
                                                        own_session ? OutputRules::here : OutputRules::elsewhere));
  theirs = terminal.theirs.get();
  theirs_.push_back(std::move(terminal.theirs));
  channels_.push_back(std::make_unique<Channel>(std::move(terminal.ours), descriptor, patterns));
  if (!main) return {};
  main_ = channels_.back().get();
  streams_.terminal = terminal.name;
  return {};
}

Started Relay::start(const Command& command, Environment& environment) {
  if (main_) real_.enter();
  const Started started = main_ ? leader_.start(command, environment, streams_)
                                : start_child(command.words.front(), command, environment, streams_);
  until_start_.clear();
  child_ = started.process;
  if (started.reason != 0) real_.leave();
  return started;
}

int Relay::run() {
  while (!finished()) poll_once();
  real_.leave();
  return *exit_code_;
}

bool Relay::finished() const noexcept {
  return exit_code_ && std::ranges::all_of(channels_, [](const auto& one) { return one->finished(); });
}

bool Relay::output_failed() const noexcept {
  return std::ranges::any_of(channels_, [](const auto& one) { return one->failed(); });
}

std::optional<std::chrono::milliseconds> Relay::patience() const {
  std::optional<Clock::duration> least;
  const auto now = Clock::now();
  const auto at_most = [&](Clock::duration wait) { least = std::min(least.value_or(wait), wait); };
  for (const auto& channel : channels_) {
    if (const auto due = channel->due()) at_most(*due - now);
    if (exit_code_ && !channel->finished()) at_most(std::chrono::milliseconds(10));
  }
  if (main_ && !real_.entered() && !exit_code_) at_most(k_look_for_foreground);
  if (!least) return std::nullopt;
  return std::max(std::chrono::milliseconds(0), std::chrono::ceil<std::chrono::milliseconds>(*least));
}

void Relay::poll_once() {
  enum : std::size_t { k_signals, k_leader, k_keys, k_keys_out, k_channels };

  std::array<pollfd, k_channels + 4> watched{};
  for (auto& one : watched) one.fd = -1;
  watched[k_signals] = {signals_->descriptor(), POLLIN, 0};
  if (main_ && !exit_code_) watched[k_leader] = {leader_.descriptor(), POLLIN, 0};
  const bool keys = main_ && !exit_code_ && real_.entered() && main_->from() >= 0;
  if (keys && !keys_end_ && keys_.empty()) watched[k_keys] = {STDIN_FILENO, POLLIN, 0};
  if (keys && !keys_.empty()) watched[k_keys_out] = {main_->from(), POLLOUT, 0};
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    if (channels_[i]->wants_input()) watched[k_channels + 2 * i] = {channels_[i]->from(), POLLIN, 0};
    if (channels_[i]->wants_output()) watched[k_channels + 2 * i + 1] = {channels_[i]->to(), POLLOUT, 0};
  }
  const auto wait = patience();
  const int ready = poll(watched.data(), watched.size(), wait ? static_cast<int>(wait->count()) : -1);
  const auto now = Clock::now();
  if (ready > 0 && watched[k_keys].revents != 0) take_keys();
  if (ready > 0 && watched[k_keys_out].revents != 0) give_keys();
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    if (ready > 0 && watched[k_channels + 2 * i + 1].revents != 0) channels_[i]->write_some(now);
    if (ready > 0 && watched[k_channels + 2 * i].revents != 0 && channels_[i]->from() >= 0)
      channels_[i]->read_some(now);
    else
      channels_[i]->pass_time(now);
    if (exit_code_) channels_[i]->pass_time_after_end(now);
  }
  if (main_ && !real_.entered() && !exit_code_) real_.enter();
  while (const auto event = signals_->next()) handle(*event);
  if (ready > 0 && watched[k_leader].revents != 0) hear_leader();
}

void Relay::handle(const SignalEvent& event) {
  switch (event.number) {
    case SIGCHLD:
      look_after_child();
      return;
    case SIGWINCH:
      copy_sizes();
      return;
    case SIGCONT:
      resume();
      return;
    default:
      break;
  }
  if (exit_code_) return;
  // In the same group the command got it from the terminal itself.
  if (main_)
    kill(-child_, event.number);
  else if (!event.from_kernel)
    kill(child_, event.number);
}

void Relay::look_after_child() {
  int status = 0;
  if (main_ || exit_code_ || waitpid(child_, &status, WNOHANG) != child_) return;
  end_with(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

void Relay::hear_leader() {
  const auto report = leader_.next();
  if (report && report->kind == LeaderReport::Kind::stopped) return stop_with_child();
  // A leader that somebody killed took the command's terminal with it.
  end_with(report ? report->value : 128 + SIGHUP);
}

void Relay::end_with(int exit_code) {
  exit_code_ = exit_code;
  theirs_.clear();
  for (const auto& channel : channels_) channel->command_ended(Clock::now());
}

// What shells do with a job they see stopped they do with this process's group.
void Relay::stop_with_child() {
  for (const auto& channel : channels_)
    if (channel->wants_output()) channel->write_some(Clock::now());
  real_.leave();
  struct sigaction stopping{};
  struct sigaction before{};
  stopping.sa_handler = SIG_DFL;
  sigaction(SIGTSTP, &stopping, &before);
  kill(0, SIGTSTP);
  sigaction(SIGTSTP, &before, nullptr);
  resume();
}

void Relay::resume() {
  if (!main_ || exit_code_) return;
  real_.enter();
  copy_sizes();
  kill(-child_, SIGCONT);
}

void Relay::copy_sizes() {
  for (const auto& channel : channels_)
    if (channel->from() >= 0) copy_size(channel->to(), channel->from());
  // The real terminal told it before its pseudo terminals had the new size.
  if (!main_ && !exit_code_ && !theirs_.empty()) kill(child_, SIGWINCH);
}

void Relay::take_keys() {
  constexpr std::size_t k_most = 1024;
  keys_.resize(k_most);
  const ssize_t n = read(STDIN_FILENO, keys_.data(), keys_.size());
  keys_.resize(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) keys_end_ = true;
  if (!keys_.empty()) give_keys();
}

void Relay::give_keys() {
  if (main_->from() < 0) return;
  const ssize_t n = write(main_->from(), keys_.data(), keys_.size());
  if (n > 0) keys_.erase(keys_.begin(), keys_.begin() + n);
  if (n < 0 && errno != EINTR && errno != EAGAIN) keys_.clear();
}

}  // namespace strongroom::cli::run
