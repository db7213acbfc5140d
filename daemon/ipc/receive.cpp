#include "daemon/ipc/receive.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace strongroom::ipc {

namespace {

// The only descriptor that came along goes to `into`; when there are several all are closed and it is false. 253 is the
// most that one message can carry on Linux (SCM_MAX_FD).
bool take_descriptor(msghdr& message, platform::Descriptor& into) noexcept {
  std::size_t found = 0;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(header) + i * sizeof(int), sizeof number);
      into = platform::Descriptor(number);
      ++found;
    }
  }
  if (found > 1) into = platform::Descriptor();
  return found <= 1;
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
  platform::Descriptor descriptor;
  const bool one = message.msg_controllen == 0 || take_descriptor(message, descriptor);
  if (!one || (message.msg_flags & MSG_CTRUNC) != 0) return {Received::Kind::refused};
  if (n == 0) return {Received::Kind::closed};
  return {Received::Kind::bytes, static_cast<std::size_t>(n), std::move(descriptor)};
}

}  // namespace strongroom::ipc
