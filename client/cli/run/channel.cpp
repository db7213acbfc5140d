#include "client/cli/run/channel.h"

#include <limits.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>

namespace strongroom::cli::run {

Channel::Channel(Descriptor from, int to, std::shared_ptr<const MaskingPatterns> patterns)
    : from_(std::move(from)),
      to_(to),
      masker_(std::move(patterns)),
      chunk_(k_chunk, wiped_heap()),
      out_(wiped_heap()) {}

void Channel::end_input() {
  from_.reset();
  masker_.flush(out_);
}

// A pseudo terminal that nobody holds any more answers EIO.
void Channel::read_some(Clock::time_point now) {
  const ssize_t n = read(from_.get(), chunk_.data(), chunk_.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n <= 0) return end_input();
  heard_ = now;
  owed_ -= std::min(owed_, static_cast<std::size_t>(n));
  if (pending() == 0) {
    out_.clear();
    written_ = 0;
  }
  masker_.feed(BytesView(chunk_).first(static_cast<std::size_t>(n)), out_);
}

void Channel::write_some(Clock::time_point now) {
  const std::size_t size = std::min<std::size_t>(pending(), PIPE_BUF);
  const ssize_t n = write(to_, out_.data() + written_, size);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n >= 0) {
    written_ += static_cast<std::size_t>(n);
    // Silence counts from when there was room to say something.
    if (pending() == 0) heard_ = now;
    return;
  }
  // The command shall notice as it would without us.
  failed_ = failed_ || (errno != EPIPE && errno != EIO);
  from_.reset();
  written_ = out_.size();
}

void Channel::pass_time(Clock::time_point now) {
  if (const auto at = due(); at && now >= *at) masker_.flush(out_);
}

std::optional<Clock::time_point> Channel::due() const {
  if (!from_ || !masker_.holds() || pending() > 0) return std::nullopt;
  return heard_ + StreamMasker::k_silence;
}

void Channel::command_ended(Clock::time_point now) {
  int waiting = 0;
  if (from_ && ioctl(from_.get(), FIONREAD, &waiting) == 0) owed_ = static_cast<std::size_t>(std::max(waiting, 0));
  ended_ = now;
  heard_ = now;
}

void Channel::pass_time_after_end(Clock::time_point now) {
  if (!from_ || owed_ > 0 || pending() > 0) return;
  if (now - heard_ >= k_last_words || now - ended_ >= k_patience) end_input();
}

}  // namespace strongroom::cli::run
