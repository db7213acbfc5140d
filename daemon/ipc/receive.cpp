#include "daemon/ipc/receive.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace strongroom::ipc {

namespace {

// Closes every descriptor that came along. 253 is the most that one message can carry on Linux (SCM_MAX_FD).
bool close_descriptors(msghdr& message) noexcept {
  bool any = false;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    any = true;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int descriptor = -1;
      std::memcpy(&descriptor, CMSG_DATA(header) + i * sizeof(int), sizeof descriptor);
      ::close(descriptor);
    }
  }
  return any;
}

}  // namespace

Received receive(int socket, std::span<unsigned char> into) noexcept {
  alignas(cmsghdr) unsigned char control[CMSG_SPACE(253 * sizeof(int))];
  iovec part{into.data(), into.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t n = 0;
  do n = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  while (n < 0 && errno == EINTR);
  if (n < 0) return {errno == EAGAIN || errno == EWOULDBLOCK ? Received::Kind::none : Received::Kind::closed};
  const bool descriptors = message.msg_controllen > 0 && close_descriptors(message);
  if (descriptors || (message.msg_flags & MSG_CTRUNC) != 0) return {Received::Kind::refused};
  if (n == 0) return {Received::Kind::closed};
  return {Received::Kind::bytes, static_cast<std::size_t>(n)};
}

}  // namespace strongroom::ipc
