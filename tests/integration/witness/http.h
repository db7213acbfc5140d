// HTTP over a socket without a library in between, for requests that none would send.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace strongroom::tests {

struct HttpAnswer {
  int status = 0;  // 0: the peer closed without an answer
  std::string head;
  std::string body;
};

class TcpSocket {
 public:
  explicit TcpSocket(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval timeout{30, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      close(socket_);
      throw std::runtime_error("no connection");
    }
  }

  ~TcpSocket() { close(socket_); }

  TcpSocket(const TcpSocket&) = delete;
  TcpSocket& operator=(const TcpSocket&) = delete;

  // As much as the peer takes.
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  void shut_down_writing() { shutdown(socket_, SHUT_WR); }

  // Until the peer closes.
  HttpAnswer receive() {
    std::string text;
    char part[4096];
    for (ssize_t n = 0; (n = recv(socket_, part, sizeof part, 0)) > 0;) text.append(part, static_cast<std::size_t>(n));
    HttpAnswer answer;
    const auto end = text.find("\r\n\r\n");
    if (!text.starts_with("HTTP/1.") || end == std::string::npos) return answer;
    answer.status = std::stoi(text.substr(9, 3));
    answer.head = text.substr(0, end);
    answer.body = text.substr(end + 4);
    return answer;
  }

 private:
  int socket_;
};

inline HttpAnswer http_exchange(int port, std::string_view request) {
  TcpSocket socket(port);
  socket.send(request);
  return socket.receive();
}

inline HttpAnswer http_post(int port, const std::string& path, const std::string& body) {
  return http_exchange(port, "POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
                                 std::to_string(body.size()) + "\r\n\r\n" + body);
}

}  // namespace strongroom::tests
