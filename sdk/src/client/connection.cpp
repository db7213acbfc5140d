#include <strongroom/client/connection.h>

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <strongroom/protocol/message.h>

namespace strongroom::client {

namespace {

constexpr std::size_t k_first_buffer = 16 * 1024;

}  // namespace

Connection::Connection(int socket) : socket_(socket), input_(wiped_heap()) {}

Connection::~Connection() {
  close(socket_);
}

Result<std::unique_ptr<Connection>> Connection::open(const Endpoint& endpoint) {
  STRONGROOM_ASSIGN(const int socket, connect_checked(endpoint));
#if defined(SO_NOSIGPIPE)
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
  return std::unique_ptr<Connection>(new Connection(socket));
}

Error Connection::fail(ErrorCode code, const char* message) {
  broken_ = true;
  return make_error(code, message);
}

// The kernel's own timeout costs no call on the common path; it is set again only when the deadline changes.
Status Connection::set_timeout(int option, Milliseconds deadline) {
  Milliseconds& current = option == SO_SNDTIMEO ? send_timeout_ : receive_timeout_;
  if (current == deadline) return {};
  if (deadline.count() <= 0) return fail(ErrorCode::timeout, "the daemon did not answer in time");
  timeval value{};  // zero: no timeout
  if (deadline != k_no_deadline) {
    value.tv_sec = static_cast<decltype(value.tv_sec)>(deadline.count() / 1000);
    value.tv_usec = static_cast<decltype(value.tv_usec)>(deadline.count() % 1000 * 1000);
  }
  if (setsockopt(socket_, SOL_SOCKET, option, &value, sizeof value) != 0)
    return fail(ErrorCode::unreachable, "the connection cannot be given a deadline");
  current = deadline;
  return {};
}

Status Connection::send(std::string_view messages, Milliseconds deadline) {
  if (broken_) return make_error(ErrorCode::unreachable, "the connection is broken");
  STRONGROOM_CHECK(set_timeout(SO_SNDTIMEO, deadline));
  while (!messages.empty()) {
#if defined(MSG_NOSIGNAL)
    const ssize_t n = ::send(socket_, messages.data(), messages.size(), MSG_NOSIGNAL);
#else
    const ssize_t n = ::send(socket_, messages.data(), messages.size(), 0);
#endif
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return fail(ErrorCode::timeout, "the daemon did not take the request in time");
    if (n <= 0) return fail(ErrorCode::unreachable, "the daemon closed the connection");
    messages.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Status Connection::send_with(int descriptor, std::string_view messages, Milliseconds deadline) {
  if (broken_) return make_error(ErrorCode::unreachable, "the connection is broken");
  STRONGROOM_CHECK(set_timeout(SO_SNDTIMEO, deadline));
  alignas(cmsghdr) unsigned char control[CMSG_SPACE(sizeof descriptor)] = {};
  char first = messages.front();
  iovec part{&first, 1};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptor);
  std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  ssize_t n = 0;
#if defined(MSG_NOSIGNAL)
  do n = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
#else
  do n = ::sendmsg(socket_, &message, 0);
#endif
  while (n < 0 && errno == EINTR);
  if (n != 1) return fail(ErrorCode::unreachable, "the daemon did not take the file");
  return send(messages.substr(1), deadline);
}

// What was given out before is over: it is wiped, not only forgotten.
void Connection::forget_taken() {
  if (taken_ == 0) return;
  wipe(input_.data(), taken_);
  std::memmove(input_.data(), input_.data() + taken_, filled_ - taken_);
  filled_ -= taken_;
  taken_ = 0;
}

std::optional<std::string_view> Connection::take_message(std::size_t searched) {
  const auto* start = input_.data();
  const void* end = filled_ > searched ? std::memchr(start + searched, '\0', filled_ - searched) : nullptr;
  if (!end) return std::nullopt;
  const auto size = static_cast<std::size_t>(static_cast<const unsigned char*>(end) - start);
  taken_ = size + 1;
  return std::string_view(reinterpret_cast<const char*>(start), size);
}

Result<std::string_view> Connection::receive(Milliseconds deadline) {
  using Clock = std::chrono::steady_clock;
  if (broken_) return make_error(ErrorCode::unreachable, "the connection is broken");
  forget_taken();
  STRONGROOM_CHECK(set_timeout(SO_RCVTIMEO, deadline));
  const auto until = deadline == k_no_deadline ? Clock::time_point::max() : Clock::now() + deadline;
  std::size_t searched = 0;
  for (;;) {
    if (const auto message = take_message(searched)) return *message;
    searched = filled_;
    if (searched > 0 && Clock::now() >= until) return fail(ErrorCode::timeout, "the daemon did not answer in time");
    if (filled_ > protocol::k_max_message) return fail(ErrorCode::too_large, "the answer is longer than 16 MiB");
    STRONGROOM_CHECK(read_more(until));
  }
}

std::optional<std::string_view> Connection::last_words() {
  forget_taken();
  constexpr std::size_t k_longest = 4096;
  if (input_.size() < filled_ + k_longest) input_.resize(filled_ + k_longest);
  const ssize_t n = recv(socket_, input_.data() + filled_, k_longest, MSG_DONTWAIT);
  if (n > 0) filled_ += static_cast<std::size_t>(n);
  return take_message(0);
}

Status Connection::read_more(std::chrono::steady_clock::time_point until) {
  if (filled_ == input_.size()) input_.resize(input_.empty() ? k_first_buffer : input_.size() * 2);
  for (;;) {
    const ssize_t n = recv(socket_, input_.data() + filled_, input_.size() - filled_, 0);
    if (n > 0) {
      filled_ += static_cast<std::size_t>(n);
      return {};
    }
    if (n == 0) return fail(ErrorCode::unreachable, "the daemon closed the connection");
    if (errno == EINTR && std::chrono::steady_clock::now() < until) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
      return fail(ErrorCode::timeout, "the daemon did not answer in time");
    return fail(ErrorCode::unreachable, "the connection to the daemon failed");
  }
}

}  // namespace strongroom::client
