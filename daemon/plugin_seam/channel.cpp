#include "daemon/plugin_seam/channel.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>

namespace strongroom::plugin_seam {
namespace {

constexpr std::size_t k_header = 8;
constexpr std::size_t k_first_buffer = 64 * 1024;
constexpr std::size_t k_kept_buffer = 256 * 1024;

#if defined(MSG_NOSIGNAL)
constexpr int k_send_flags = MSG_NOSIGNAL;
#else
constexpr int k_send_flags = 0;
#endif
#if defined(MSG_CMSG_CLOEXEC)
constexpr int k_receive_flags = MSG_CMSG_CLOEXEC;
#else
constexpr int k_receive_flags = 0;
#endif

std::uint32_t u32_at(const Byte* at) {
  return ByteReader({at, 4}).u32();
}

}  // namespace

Error Channel::broken(ErrorCode code, const char* sentence) {
  broken_ = true;
  return make_error(code, sentence);
}

// The kernel's own timeout costs no call on the common path.
Status Channel::set_timeout(int option, Milliseconds deadline) {
  Milliseconds& current = option == SO_SNDTIMEO ? send_timeout_ : receive_timeout_;
  if (current == deadline) return {};
  timeval value{};
  value.tv_sec = static_cast<decltype(value.tv_sec)>(deadline.count() / 1000);
  value.tv_usec = static_cast<decltype(value.tv_usec)>(deadline.count() % 1000 * 1000);
  if (setsockopt(socket_.get(), SOL_SOCKET, option, &value, sizeof value) != 0)
    return broken(ErrorCode::plugin_unavailable, "the plugin's process cannot be given a deadline");
  current = deadline;
  return {};
}

Status Channel::send(std::uint32_t kind, BytesView content, std::span<const int> descriptors, Milliseconds deadline) {
  if (broken_) return make_error(ErrorCode::plugin_unavailable, "the plugin's process is gone");
  if (content.size() > k_max_frame || descriptors.size() > k_max_descriptors)
    return make_error(ErrorCode::too_large, "this is more than goes to a plugin at once");
  STRONGROOM_CHECK(set_timeout(SO_SNDTIMEO, deadline));
  output_.clear();
  ByteWriter writer(output_);
  writer.u32(static_cast<std::uint32_t>(content.size()));
  writer.u32(kind);
  writer.raw(content);
  Status sent = send_all(output_, descriptors);
  if (output_.capacity() > k_kept_buffer) Bytes().swap(output_);
  return sent;
}

Status Channel::send_all(BytesView bytes, std::span<const int> descriptors) {
  alignas(cmsghdr) unsigned char control[CMSG_SPACE(k_max_descriptors * sizeof(int))] = {};
  while (!bytes.empty()) {
    iovec part{const_cast<Byte*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!descriptors.empty()) {
      message.msg_control = control;
      message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
      std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
    }
    const ssize_t n = sendmsg(socket_.get(), &message, k_send_flags);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return broken(ErrorCode::timeout, "the plugin did not take the call in time");
    if (n <= 0) return broken(ErrorCode::plugin_unavailable, "the plugin's process is gone");
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    descriptors = {};
  }
  return {};
}

Result<Frame> Channel::receive(Milliseconds deadline) {
  if (broken_) return make_error(ErrorCode::plugin_unavailable, "the plugin's process is gone");
  STRONGROOM_CHECK(set_timeout(SO_RCVTIMEO, deadline));
  if (taken_ > 0) std::memmove(input_.data(), input_.data() + taken_, filled_ - taken_);
  filled_ -= std::exchange(taken_, 0);
  if (filled_ == 0 && input_.size() > k_kept_buffer) Bytes().swap(input_);
  const auto until = Clock::now() + deadline;
  STRONGROOM_CHECK(fill(k_header, until));
  const std::size_t size = u32_at(input_.data());
  if (size > k_max_frame) return broken(ErrorCode::plugin_unavailable, "the plugin's process sent too much at once");
  STRONGROOM_CHECK(fill(k_header + size, until));
  taken_ = k_header + size;
  return Frame{u32_at(input_.data() + 4), BytesView(input_).subspan(k_header, size), std::exchange(arrived_, {})};
}

Status Channel::fill(std::size_t wanted, Clock::time_point until) {
  while (filled_ < wanted) {
    if (input_.size() < wanted) input_.resize(std::max(wanted, k_first_buffer));
    STRONGROOM_CHECK(read_some(arrived_));
    if (filled_ < wanted && Clock::now() > until)
      return broken(ErrorCode::timeout, "the plugin did not answer in time");
  }
  return {};
}

Status Channel::read_some(std::vector<Descriptor>& descriptors) {
  alignas(cmsghdr) unsigned char control[CMSG_SPACE(k_max_descriptors * sizeof(int))];
  iovec part{input_.data() + filled_, input_.size() - filled_};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t n = 0;
  do n = recvmsg(socket_.get(), &message, k_receive_flags);
  while (n < 0 && errno == EINTR);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    return broken(ErrorCode::timeout, "the plugin did not answer in time");
  if (n <= 0) return broken(ErrorCode::plugin_unavailable, "the plugin's process is gone");
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    for (std::size_t i = 0; i < (header->cmsg_len - CMSG_LEN(0)) / sizeof(int); ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(header) + i * sizeof(int), sizeof number);
      descriptors.emplace_back(number);
    }
  }
  if ((message.msg_flags & MSG_CTRUNC) != 0 || descriptors.size() > k_max_descriptors)
    return broken(ErrorCode::plugin_unavailable, "the plugin's process sent descriptors that nobody asked for");
  filled_ += static_cast<std::size_t>(n);
  return {};
}

Result<ChannelPair> connected_pair() {
  int both[2] = {-1, -1};
#if defined(SOCK_CLOEXEC)
  const int made = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both);
#else
  const int made = socketpair(AF_UNIX, SOCK_STREAM, 0, both);
  for (const int end : both) (void)fcntl(end, F_SETFD, FD_CLOEXEC);
#endif
  if (made != 0) return make_error(ErrorCode::plugin_unavailable, "there is no socket left for a plugin");
  return ChannelPair{Descriptor(both[0]), Descriptor(both[1])};
}

}  // namespace strongroom::plugin_seam
