#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

#include "daemon/platform/service_manager.h"

namespace strongroom::platform {

namespace {

constexpr int k_first_socket = 3;  // SD_LISTEN_FDS_START

std::optional<long> number_from(const char* name) {
  const char* text = std::getenv(name);
  if (!text) return std::nullopt;
  long value = 0;
  const char* end = text + std::strlen(text);
  const auto [stopped, error] = std::from_chars(text, end, value);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return value;
}

bool is_listening_unix_socket(int socket) {
  int type = 0;
  int listening = 0;
  socklen_t size = sizeof type;
  if (getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) return false;
  size = sizeof listening;
  if (getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0) return false;
  sockaddr_storage address{};
  size = sizeof address;
  return getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0 && address.ss_family == AF_UNIX;
}

}  // namespace

Result<std::optional<int>> passed_socket() {
  const auto pid = number_from("LISTEN_PID");
  const auto count = number_from("LISTEN_FDS");
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) unsetenv(name);
  if (!pid || *pid != getpid() || !count || *count == 0) return std::optional<int>();
  if (*count != 1 || !is_listening_unix_socket(k_first_socket))
    return make_error(ErrorCode::configuration,
                      "the service manager must pass exactly one listening stream socket of the local kind");
  fcntl(k_first_socket, F_SETFD, FD_CLOEXEC);
  return std::optional<int>(k_first_socket);
}

void notify(std::string_view message) noexcept {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (!path || (path[0] != '/' && path[0] != '@')) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::strlen(path);
  if (length >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = '\0';
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  sendto(socket, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
         reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length));
  close(socket);
}

void notify_reloading() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.tv_sec * 1'000'000 + now.tv_nsec / 1000));
}

std::optional<std::chrono::microseconds> watchdog_interval() {
  const auto interval = number_from("WATCHDOG_USEC");
  const auto pid = number_from("WATCHDOG_PID");
  if (!interval || *interval <= 0 || (pid && *pid != getpid())) return std::nullopt;
  return std::chrono::microseconds(*interval);
}

}  // namespace strongroom::platform
