#include "daemon/app/places.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include <boost/interprocess/sync/file_lock.hpp>

namespace strongroom::app {

namespace {

Error failed(std::string what, const std::filesystem::path& path) {
  const ErrorCode code = errno == ENOSPC || errno == EDQUOT                    ? ErrorCode::storage_full
                         : errno == EROFS || errno == EACCES || errno == EPERM ? ErrorCode::read_only
                                                                               : ErrorCode::storage_failed;
  return make_error(code, std::move(what) + ": " + strerror(errno), path.string());
}

Status make_folders(const std::filesystem::path& folder) {
  if (mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return {};
  if (errno != ENOENT || !folder.has_relative_path()) return failed("the folder cannot be made", folder);
  STRONGROOM_CHECK(make_folders(folder.parent_path()));
  if (mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return failed("the folder cannot be made", folder);
}

// The pid in the lock file, for the message only.
std::string holder_of(const std::filesystem::path& file) {
  char text[24] = {};
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return {};
  const ssize_t n = read(descriptor, text, sizeof text - 1);
  close(descriptor);
  std::string pid(text, n > 0 ? static_cast<std::size_t>(n) : 0);
  while (!pid.empty() && pid.back() == '\n') pid.pop_back();
  return pid;
}

}  // namespace

Status prepare_folder(const std::filesystem::path& folder) {
  STRONGROOM_CHECK(make_folders(folder));
  struct stat found{};
  if (lstat(folder.c_str(), &found) != 0) return failed("the folder cannot be looked at", folder);
  if (!S_ISDIR(found.st_mode)) return make_error(ErrorCode::untrusted, "this is no folder", folder.string());
  if (found.st_uid != geteuid())
    return make_error(ErrorCode::untrusted, "the folder belongs to another user", folder.string());
  if ((found.st_mode & 077) != 0)
    return make_error(ErrorCode::untrusted, "the folder is open to other users; 'chmod 700' closes it",
                      folder.string());
  return {};
}

// POSIX record locks end when any descriptor of the file is closed, so the one that wrote the pid stays open as long.
struct InstanceLock::Impl {
  ~Impl() {
    if (descriptor >= 0) close(descriptor);
  }

  std::filesystem::path file;
  int descriptor = -1;
  boost::interprocess::file_lock lock;
};

InstanceLock::InstanceLock(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

InstanceLock::~InstanceLock() = default;

Result<std::unique_ptr<InstanceLock>> InstanceLock::take(const std::filesystem::path& data) {
  auto impl = std::make_unique<Impl>();
  impl->file = data / "lock";
  impl->descriptor = open(impl->file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (impl->descriptor < 0) return failed("the lock of the data folder cannot be made", impl->file);
  try {
    impl->lock = boost::interprocess::file_lock(impl->file.c_str());
    if (!impl->lock.try_lock()) {
      const std::string holder = holder_of(impl->file);
      return make_error(ErrorCode::busy, "another strongroomd" + (holder.empty() ? "" : " (process " + holder + ")") +
                                             " serves this data folder");
    }
  } catch (const boost::interprocess::interprocess_exception&) {
    return make_error(ErrorCode::storage_failed, "the lock of the data folder cannot be taken", data.string());
  }
  // For the message of the next one only; a full disk does not keep the daemon from starting.
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(impl->descriptor, 0) == 0 && write(impl->descriptor, pid.data(), pid.size()) < 0) errno = 0;
  return std::unique_ptr<InstanceLock>(new InstanceLock(std::move(impl)));
}

BoundSocket::BoundSocket(std::filesystem::path path) : path_(std::move(path)) {
  struct stat found{};
  if (lstat(path_.c_str(), &found) != 0) return;
  device_ = found.st_dev;
  inode_ = found.st_ino;
}

void BoundSocket::remove() const noexcept {
  struct stat found{};
  if (lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == inode_) unlink(path_.c_str());
}

namespace {

bool somebody_listens(const sockaddr_un& address) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  const bool answered =
      connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EAGAIN;
  close(socket);
  return answered;
}

}  // namespace

Result<int> listen_at(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path)
    return make_error(ErrorCode::configuration, "the socket's path is longer than the system allows", path.string());
  std::memcpy(address.sun_path, path.c_str(), path.native().size() + 1);
  struct stat found{};
  if (lstat(path.c_str(), &found) == 0) {
    if (!S_ISSOCK(found.st_mode) || found.st_uid != geteuid())
      return make_error(ErrorCode::untrusted, "something that is not our socket lies in its place", path.string());
    if (somebody_listens(address))
      return make_error(ErrorCode::busy, "another daemon listens on this socket", path.string());
    if (unlink(path.c_str()) != 0) return failed("the old socket cannot be removed", path);
  }
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  if (socket < 0) return failed("no socket can be made", path);
  fcntl(socket, F_SETFD, FD_CLOEXEC);
  const mode_t before = umask(0177);
  const int bound = bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  umask(before);
  if (bound != 0 || listen(socket, SOMAXCONN) != 0) {
    Error error = failed("the socket cannot be made", path);
    close(socket);
    return error;
  }
  return socket;
}

}  // namespace strongroom::app
