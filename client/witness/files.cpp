#include "client/witness/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace strongroom::witness {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

Error failed(std::string_view what, const std::string& name) {
  const bool is_full = errno == ENOSPC || errno == EDQUOT;
  return make_error(is_full ? ErrorCode::storage_full : ErrorCode::storage_failed, name + " " + std::string(what),
                    name);
}

Error untrusted(const std::string& name, std::string_view why) {
  return make_error(ErrorCode::untrusted, name + " is not trusted: " + std::string(why), name);
}

int sync_to_disk(int fd) noexcept {
#if defined(__APPLE__)
  // fsync alone leaves the data in the drive's cache on macOS (fcntl(2)).
  if (::fcntl(fd, F_FULLFSYNC) == 0) return 0;
#endif
  return ::fsync(fd);
}

bool write_all(int fd, std::string_view content) noexcept {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool is_ours(const struct stat& info) noexcept {
  return info.st_uid == 0 || info.st_uid == ::geteuid();
}

Status check_trust(int fd, const std::string& name) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) return failed("cannot be examined", name);
  if (!S_ISREG(info.st_mode)) return untrusted(name, "it is no regular file");
  if (!is_ours(info)) return untrusted(name, "it belongs to another user");
  if ((info.st_mode & 077) != 0) return untrusted(name, "group or others have access to it");
  return {};
}

}  // namespace

Result<WipedString> read_private_file(const std::filesystem::path& file, std::size_t max) {
  const std::string name = file.filename().string();
  // Non-blocking, so that a pipe in the file's place cannot hold the witness up.
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (fd.get() < 0 && errno == ENOENT) return make_error(ErrorCode::not_found, name + " is missing", name);
  if (fd.get() < 0 && errno == ELOOP) return untrusted(name, "it is a symbolic link");
  if (fd.get() < 0) return failed("cannot be opened", name);
  STRONGROOM_CHECK(check_trust(fd.get(), name));
  WipedString content(wiped_heap());
  content.resize(max + 1);
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t n = ::read(fd.get(), content.data() + size, content.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed("cannot be read", name);
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  if (size > max) return make_error(ErrorCode::too_large, name + " is larger than it can be", name);
  content.resize(size);
  return content;
}

bool is_there(const std::filesystem::path& file) noexcept {
  struct stat info{};
  return ::lstat(file.c_str(), &info) == 0;
}

Status ensure_private_folder(const std::filesystem::path& folder) {
  const std::string name = folder.filename().string();
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return failed("cannot be made", name);
  struct stat info{};
  if (::stat(folder.c_str(), &info) != 0) return failed("cannot be examined", name);
  if (!S_ISDIR(info.st_mode)) return untrusted(name, "it is no folder");
  if (!is_ours(info)) return untrusted(name, "it belongs to another user");
  if ((info.st_mode & 022) != 0) return untrusted(name, "group or others may write to it");
  return {};
}

HeldFolder::HeldFolder(std::filesystem::path folder, int descriptor) noexcept
    : folder_(std::move(folder)), descriptor_(descriptor) {}

HeldFolder::HeldFolder(HeldFolder&& other) noexcept
    : folder_(std::move(other.folder_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

HeldFolder::~HeldFolder() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<HeldFolder> HeldFolder::hold(const std::filesystem::path& folder) {
  const std::string name = folder.filename().string();
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return make_error(ErrorCode::not_found, name + " is missing", name);
  if (fd < 0) return failed("cannot be opened", name);
  HeldFolder held(folder, fd);
  // The lock belongs to this opening of the folder, so that it holds between threads as between processes.
  while (::flock(fd, LOCK_EX) != 0)
    if (errno != EINTR) return failed("cannot be locked", name);
  return held;
}

Status HeldFolder::replace(const std::string& name, std::string_view content) const {
  const std::filesystem::path temporary = folder_ / (name + ".new");
  // Who holds the folder is alone, so a file of that name was left by a crash.
  ::unlink(temporary.c_str());
  const Descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (fd.get() < 0 || !write_all(fd.get(), content) || sync_to_disk(fd.get()) != 0 ||
      ::rename(temporary.c_str(), (folder_ / name).c_str()) != 0) {
    Error error = failed("cannot be written", name);
    ::unlink(temporary.c_str());
    return error;
  }
  if (sync_to_disk(descriptor_) != 0) return failed("cannot be made durable", name);
  return {};
}

}  // namespace strongroom::witness
