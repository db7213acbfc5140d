#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include <strongroom/protocol/message.h>

#include "daemon/ipc/connection.h"

namespace strongroom::ipc {

namespace {

constexpr std::size_t k_moved = 64 * 1024;

void clear_wiped(WipedString& text) {
  wipe(text.data(), text.size());
  text.clear();
}

std::string seconds_of(Limits::Time time) {
  const auto count = time.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

}  // namespace

// Everything that is ready leaves in one write.
void Connection::flush() {
  WipedString& output = thread_.output;
  if (output.empty()) return;
  if (open_ && (unsent() > 0 || held_)) {
    if (unsent() == 0) progress_ = IoThread::Clock::now();
    if (unsent_from_ > unsent_.size() / 2) {
      unsent_.erase(0, unsent_from_);
      unsent_from_ = 0;
    }
    unsent_.append(output);
  } else if (open_) {
    const std::size_t sent = send_some(output);
    if (open_ && sent < output.size()) {
      keep_unsent(sent);
      progress_ = IoThread::Clock::now();
      thread_.look_at(progress_ + thread_.limits.unread_time);
      wait_writable();
    }
  }
  clear_wiped(output);
  thread_.trim_scratch();
}

// A large answer that fills its buffer moves with it; the thread gets another.
void Connection::keep_unsent(std::size_t sent) {
  WipedString& output = thread_.output;
  const std::size_t left = output.size() - sent;
  if (left >= k_moved && left >= output.capacity() / 2) {
    unsent_ = std::move(output);
    unsent_from_ = sent;
    wipe(unsent_.data(), sent);
  } else {
    unsent_.assign(output, sent);
    unsent_from_ = 0;
  }
}

std::size_t Connection::send_some(std::string_view text) {
  ssize_t n = 0;
  do n = ::send(socket_.native_handle(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  if (n > 0) between_messages_ = text[static_cast<std::size_t>(n) - 1] == '\0';
  if (n >= 0) return static_cast<std::size_t>(n);
  if (errno != EAGAIN && errno != EWOULDBLOCK) close();
  return 0;
}

void Connection::wait_writable() {
  if (writing_ || !open_) return;
  writing_ = true;
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const boost::system::error_code& error) {
    self->writing_ = false;
    if (!self->open_) return;
    if (error) return self->close();
    self->send_unsent();
  });
}

void Connection::hold_until(std::uint64_t sequence) {
  held_until_ = sequence;
  held_ = true;
  thread_.hold(shared_from_this(), sequence, *dispatcher_.recorder());
}

void Connection::release(std::uint64_t reached) {
  if (reached < held_until_) return;
  held_ = false;
  if (!open_ || writing_ || unsent() == 0) return;
  send_unsent();
}

void Connection::send_unsent() {
  thread_.give_back();
  if (!open_ || held_) return;
  const std::size_t sent = send_some(std::string_view(unsent_).substr(unsent_from_));
  if (!open_) return;
  wipe(unsent_.data() + unsent_from_, sent);
  unsent_from_ += sent;
  if (sent > 0) {
    progress_ = active_ = IoThread::Clock::now();
    unread_share_.touch();
  }
  if (unsent() == 0) release_unsent();
  if (is_streaming()) slots_.front().stream->settle(0, unsent());
  if (unsent() > 0) {
    account();
    return wait_writable();
  }
  if (!pending_.empty()) return proceed();
  after_processing();
}

// A block is wiped by its resource; a short text lies in the string itself.
void Connection::release_unsent() {
  if (unsent_.size() < sizeof unsent_)
    clear_wiped(unsent_);
  else
    unsent_.clear();
  unsent_.shrink_to_fit();
  unsent_from_ = 0;
}

void Connection::release_pending() {
  pending_.clear();
  pending_.shrink_to_fit();
  half_ = false;
  half_since_ = Time::max();
}

// What memory it holds counts, not how much of that is used. Nothing happens here while a client reads and writes whole
// messages.
void Connection::account() {
  const std::size_t unread = (unsent_.empty() ? 0 : unsent_.capacity()) + in_slots_;
  const auto adjust = [](Budget::Holder& share, std::size_t& accounted, std::size_t now) {
    const std::size_t before = std::exchange(accounted, now);
    if (now > before) share.add(now - before);
    if (now < before) share.remove(before - now);
  };
  adjust(unread_share_, unread_accounted_, unread);
  adjust(half_message_share_, pending_accounted_, pending_.capacity());
}

Connection::Time Connection::check_deadlines(Time now) {
  if (!open_) return Time::max();
  const Limits& limits = thread_.limits;
  Time next = Time::max();
  if (unsent() > 0) {
    next = progress_ + limits.unread_time;
    if (now >= next) {
      cut(DropReason::unread_time,
          make_error(ErrorCode::timeout, "answers were not read for " + seconds_of(limits.unread_time),
                     "limits.unread_seconds"));
      return Time::max();
    }
  }
  if (draining_) return next;
  if (half_since_ != Time::max()) {
    // While it is not read from, the delay is not the client's.
    if (!may_process()) half_since_ = now;
    if (now >= half_since_ + limits.half_message) {
      refuse_now(
          DropReason::half_message,
          make_error(ErrorCode::timeout, "the message was not complete within " + seconds_of(limits.half_message),
                     "limits.half_message_seconds"));
      return Time::max();
    }
    next = std::min(next, half_since_ + limits.half_message);
  }
  if (limits.idle.count() == 0) return next;
  const bool idle = slots_.empty() && unsent() == 0 && half_since_ == Time::max();
  if (!idle) return std::min(next, now + limits.idle);
  if (now < active_ + limits.idle) return std::min(next, active_ + limits.idle);
  refuse_now(DropReason::idle, make_error(ErrorCode::timeout, "the connection was idle for " + seconds_of(limits.idle),
                                          "limits.idle_seconds"));
  return Time::max();
}

void Connection::refuse(DropReason reason, const Error& error) {
  thread_.note_drop(reason);
  draining_ = true;
  if (slots_.empty()) return protocol::write_error(thread_.output, error, 0);
  Slot& last = slots_.emplace_back(Slot{.message = WipedString(memory_), .done = true});
  protocol::write_error(last.message, error, 0);
  in_slots_ += last.message.size();
}

void Connection::refuse_now(DropReason reason, const Error& error) {
  if (draining_) return;
  refuse(reason, error);
  after_processing();
}

void Connection::cut(DropReason reason, const Error& error) {
  if (!open_) return;
  thread_.note_drop(reason);
  release_unsent();
  if (between_messages_) {
    WipedString message(memory_);
    protocol::write_error(message, error, 0);
    send_some(message);
  }
  close();
}

void Connection::end_stream(const Error& error) {
  if (!is_streaming()) return;
  protocol::write_error(thread_.output, error, 0);
  finish_slot(slots_.front());
  take_ready();
}

void Connection::on_overflow() {
  if (!open_ || !is_streaming()) return;
  thread_.note_drop(DropReason::unread_stream);
  end_stream(make_error(ErrorCode::busy, "the stream was not read as fast as it grew", "limits.unread_bytes"));
  // The reader may come back and find the reason behind what waits for it.
  progress_ = IoThread::Clock::now();
  thread_.look_at(progress_ + thread_.limits.unread_time);
  drain();
}

void Connection::on_unread_total() {
  cut(DropReason::unread_total, make_error(ErrorCode::busy, "too many answers are unread, here for the longest time",
                                           "limits.unread_total_bytes"));
}

void Connection::on_half_messages_total() {
  if (!open_) return;
  refuse_now(DropReason::half_messages_total,
             make_error(ErrorCode::busy, "too many messages are not complete, this one for the longest time",
                        "limits.half_message_bytes"));
  release_pending();
  account();
}

// No more input is taken; what is written goes out first.
void Connection::drain() {
  draining_ = true;
  after_processing();
}

void Connection::finish_if_drained() {
  if (draining_ && open_ && slots_.empty() && unsent() == 0) close();
}

}  // namespace strongroom::ipc
