#include "daemon/plugin_host/monitor_sockets.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstring>

namespace strongroom::plugin_host {
namespace {

constexpr int k_waiting = 16;

platform::Descriptor make(int family, int type) {
  platform::Descriptor made(socket(family, type, 0));
  if (made) (void)fcntl(made.get(), F_SETFD, FD_CLOEXEC);
  return made;
}

Result<sockaddr_un> address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path)
    return make_error(ErrorCode::storage_failed, "the path of a monitor's socket is too long");
  std::memcpy(address.sun_path, text.c_str(), text.size());
  return address;
}

}  // namespace

Result<platform::Descriptor> connect_journal(const std::filesystem::path& path) {
  STRONGROOM_ASSIGN(const sockaddr_un address, address_of(path));
  platform::Descriptor made = make(AF_UNIX, SOCK_DGRAM);
  if (!made || connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return make_error(ErrorCode::plugin_unavailable, "the system's journal cannot be reached");
  return made;
}

Result<platform::Descriptor> listen_at_path(const std::filesystem::path& path) {
  STRONGROOM_ASSIGN(const sockaddr_un address, address_of(path));
  (void)unlink(path.c_str());
  platform::Descriptor made = make(AF_UNIX, SOCK_STREAM);
  if (!made || bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0 || listen(made.get(), k_waiting) != 0)
    return make_error(ErrorCode::storage_failed, "a monitor's socket cannot be made", path.string());
  return made;
}

Result<platform::Descriptor> listen_at_port(const std::string& port) {
  std::uint16_t number = 0;
  const auto read = std::from_chars(port.data(), port.data() + port.size(), number);
  if (read.ec != std::errc() || read.ptr != port.data() + port.size() || number == 0)
    return make_error(ErrorCode::invalid_argument, "must be a port from 1 to 65535, or 0 for none", "port");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(number);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  platform::Descriptor made = make(AF_INET, SOCK_STREAM);
  const int on = 1;
  if (made) (void)setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!made || bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(made.get(), k_waiting) != 0)
    return make_error(ErrorCode::busy, "the port " + port + " of 127.0.0.1 is taken", "port");
  return made;
}

}  // namespace strongroom::plugin_host
