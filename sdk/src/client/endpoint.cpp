#include <strongroom/client/endpoint.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace strongroom::client {

namespace {

constexpr std::string_view k_system_folder = "/run/strongroom";
constexpr std::string_view k_system_socket = "/run/strongroom/io.strongroom";

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

Error untrusted(std::string message, const std::string& path) {
  return make_error(ErrorCode::untrusted, std::move(message), path);
}

// The system's own word for it would leave a person guessing.
Error no_entry(const std::string& socket) {
  if (socket == k_system_socket)
    return make_error(ErrorCode::denied,
                      "the daemon of the machine serves root alone: use sudo, or leave --system away "
                      "for secrets of your own");
  return make_error(ErrorCode::denied, "this user may not enter the daemon's socket", socket);
}

Result<std::string> socket_path() {
  if (auto path = from_environment("STRONGROOM_SOCKET"); !path.empty()) return path;
  if (auto runtime = from_environment("XDG_RUNTIME_DIR"); !runtime.empty())
    return runtime + "/strongroom/io.strongroom";
  if (auto state = from_environment("XDG_STATE_HOME"); !state.empty()) return state + "/strongroom/run/io.strongroom";
  if (auto home = from_environment("HOME"); !home.empty()) return home + "/.local/state/strongroom/run/io.strongroom";
  return make_error(ErrorCode::unreachable,
                    "none of STRONGROOM_SOCKET, XDG_RUNTIME_DIR, XDG_STATE_HOME and HOME says where the daemon is");
}

// The uid of the process that listens, told by the kernel at connect.
Result<uid_t> server_uid(int socket) {
#if defined(__linux__)
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 && size == sizeof credentials)
    return credentials.uid;
#else
  uid_t uid = 0;
  gid_t gid = 0;
  if (getpeereid(socket, &uid, &gid) == 0) return uid;
#endif
  return make_error(ErrorCode::untrusted, "the daemon's identity cannot be told");
}

}  // namespace

Result<Endpoint> default_endpoint() {
  STRONGROOM_ASSIGN(std::string path, socket_path());
  if (path.front() != '/') return make_error(ErrorCode::invalid_argument, "the socket's path is not absolute", path);
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    return make_error(ErrorCode::invalid_argument,
                      "the socket's path is longer than the system allows; set STRONGROOM_SOCKET to a shorter one",
                      path);
  if (path == k_system_socket) return system_endpoint();
  return Endpoint{std::move(path), geteuid()};
}

Endpoint system_endpoint() {
  struct stat folder{};
  const bool there = lstat(std::string(k_system_folder).c_str(), &folder) == 0;
  return {std::string(k_system_socket), there ? folder.st_uid : 0};
}

Status check_socket(const Endpoint& endpoint) {
  struct stat folder{};
  struct stat socket{};
  const std::string parent = endpoint.socket.substr(0, std::max<std::size_t>(endpoint.socket.rfind('/'), 1));
  if (lstat(parent.c_str(), &folder) != 0 || lstat(endpoint.socket.c_str(), &socket) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return make_error(ErrorCode::unreachable, "no daemon is running");
    if (errno == EACCES) return no_entry(endpoint.socket);
    return make_error(ErrorCode::unreachable, "the daemon's socket cannot be looked at", endpoint.socket);
  }
  const auto owner_is_fine = [&](uid_t uid) { return uid == 0 || uid == geteuid() || uid == endpoint.server; };
  if (!S_ISDIR(folder.st_mode)) return untrusted("the socket's folder is not a folder but something else", parent);
  if (!owner_is_fine(folder.st_uid)) return untrusted("the socket's folder belongs to another user", parent);
  if ((folder.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return untrusted("the socket's folder is writable by others", parent);
  if (!S_ISSOCK(socket.st_mode)) return untrusted("the daemon's socket is not a socket", endpoint.socket);
  if (socket.st_uid != 0 && socket.st_uid != endpoint.server)
    return untrusted("the daemon's socket belongs to another user", endpoint.socket);
  return {};
}

Result<int> connect_checked(const Endpoint& endpoint) {
  STRONGROOM_CHECK(check_socket(endpoint));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (endpoint.socket.size() >= sizeof address.sun_path)
    return make_error(ErrorCode::invalid_argument, "the socket's path is longer than the system allows",
                      endpoint.socket);
  std::memcpy(address.sun_path, endpoint.socket.c_str(), endpoint.socket.size() + 1);
#if defined(SOCK_CLOEXEC)
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
#else
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
#endif
  if (socket < 0) return make_error(ErrorCode::unreachable, "no socket can be made");
  if (connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int reason = errno;
    close(socket);
    if (reason == EACCES) return no_entry(endpoint.socket);
    if (reason == ECONNREFUSED || reason == ENOENT) return make_error(ErrorCode::unreachable, "no daemon is running");
    return make_error(ErrorCode::unreachable, std::string("the daemon's socket refuses: ") + strerror(reason));
  }
  const auto uid = server_uid(socket);
  if (!uid || (*uid != endpoint.server && *uid != 0)) {
    close(socket);
    return untrusted("the daemon's socket is served by another user", endpoint.socket);
  }
  return socket;
}

}  // namespace strongroom::client
