// A socket without our client in between, for bytes that it would not send.
#pragma once

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/support/unix_address.h"

namespace strongroom::tests {

class RawSocket {
 public:
  explicit RawSocket(const std::string& path, int timeout_s = 10)
      : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_un address = address_of(path);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("no connection to " + path);
    const timeval timeout{timeout_s, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  }

  ~RawSocket() { close(socket_); }

  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  int descriptor() const noexcept { return socket_; }

  // False when the peer has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  // `text`, at most what fits the socket, with `count` (at most 253, SCM_MAX_FD) times a descriptor beside it. False
  // when the peer has closed.
  bool send_descriptors(int descriptor, std::size_t count, std::string text = "{") {
    std::array<int, 253> descriptors{};
    descriptors.fill(descriptor);
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptors)> control{};
    iovec part{text.data(), text.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    std::memcpy(CMSG_DATA(header), descriptors.data(), count * sizeof(int));
    return sendmsg(socket_, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }

  // One message with its NUL, as a frame.
  bool send_message(std::string_view json) { return send(std::string(json) + '\0'); }

  void shut_down_writing() { shutdown(socket_, SHUT_WR); }

  // The next message without its NUL; nothing when the peer closed or said nothing in time.
  std::optional<std::string> receive() {
    for (;;) {
      if (const auto end = input_.find('\0'); end != std::string::npos) {
        std::string message = input_.substr(0, end);
        input_.erase(0, end + 1);
        return message;
      }
      char text[65536];
      const ssize_t n = recv(socket_, text, sizeof text, 0);
      if (n <= 0) return std::nullopt;
      input_.append(text, static_cast<std::size_t>(n));
    }
  }

  // Whether the peer closes now, without another message.
  bool is_closed_by_peer() {
    char c = 0;
    return input_.empty() && recv(socket_, &c, 1, 0) == 0;
  }

 private:
  int socket_;
  std::string input_;
};

}  // namespace strongroom::tests
