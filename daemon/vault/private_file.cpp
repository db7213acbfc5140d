#include "daemon/vault/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace strongroom::vault {
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

Error write_error(int number, const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return make_error(ErrorCode::storage_full, "there is no space left to write " + name, name);
    case EROFS:
    case EACCES:
    case EPERM:
      return make_error(ErrorCode::read_only, "the folder of " + name + " cannot be written", name);
    default:
      return make_error(ErrorCode::storage_failed, "writing " + name + " failed", name);
  }
}

Error untrusted(const std::filesystem::path& file, const char* why) {
  const std::string name = file.filename().string();
  return make_error(ErrorCode::untrusted, name + " is not trusted: " + why, name);
}

int sync_to_disk(int fd) noexcept {
#if defined(__APPLE__)
  // fsync alone leaves the data in the drive's cache on macOS (fcntl(2)).
  if (::fcntl(fd, F_FULLFSYNC) == 0) return 0;
#endif
  return ::fsync(fd);
}

bool write_all(int fd, BytesView content) noexcept {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    content = content.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

Status check_trust(int fd, const std::filesystem::path& file, Readers readers) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) return make_error(ErrorCode::storage_failed, "a file of the vault cannot be examined");
  if (!S_ISREG(info.st_mode)) return untrusted(file, "it is no regular file");
  if (info.st_uid != 0 && info.st_uid != ::geteuid()) return untrusted(file, "it belongs to another user");
  const mode_t closed = readers == Readers::as_root_says && info.st_uid == 0 ? 037 : 077;
  if ((info.st_mode & closed) != 0) return untrusted(file, "group or others have access to it");
  return {};
}

}  // namespace

Result<std::size_t> read_private_file(const std::filesystem::path& file, MutableBytes out, Readers readers) {
  // Non-blocking, so that a pipe in the file's place cannot hold the daemon up.
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  const std::string name = file.filename().string();
  if (fd.get() < 0) {
    switch (errno) {
      case ENOENT:
        return make_error(ErrorCode::not_found, name + " is missing", name);
      case ELOOP:
        return untrusted(file, "it is a symbolic link");
      case EACCES:
        return untrusted(file, "this user may not read it");
      case ENXIO:
        return untrusted(file, "it is no regular file");
      default:
        return make_error(ErrorCode::storage_failed, name + " cannot be opened", name);
    }
  }
  STRONGROOM_CHECK(check_trust(fd.get(), file, readers));
  std::size_t size = 0;
  while (true) {
    Byte beyond = 0;
    const bool full = size == out.size();
    const ssize_t n = full ? ::read(fd.get(), &beyond, 1) : ::read(fd.get(), out.data() + size, out.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return make_error(ErrorCode::storage_failed, name + " cannot be read", name);
    if (n == 0) return size;
    if (full) return make_error(ErrorCode::corrupt, name + " is larger than it can be", name);
    size += static_cast<std::size_t>(n);
  }
}

bool file_exists(const std::filesystem::path& file) noexcept {
  struct stat info{};
  return ::lstat(file.c_str(), &info) == 0;
}

PendingFile::PendingFile(std::filesystem::path place, std::filesystem::path temporary) noexcept
    : place_(std::move(place)), temporary_(std::move(temporary)) {}

PendingFile::PendingFile(PendingFile&& other) noexcept
    : place_(std::move(other.place_)), temporary_(std::exchange(other.temporary_, {})) {}

PendingFile::~PendingFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<PendingFile> PendingFile::write(const std::filesystem::path& file, BytesView content, unsigned mode) {
  std::filesystem::path temporary = file;
  temporary += ".new";
  // One daemon holds the folder, so a file of that name was left by a crash.
  ::unlink(temporary.c_str());
  const Descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (fd.get() < 0) return write_error(errno, file);
  PendingFile pending(file, std::move(temporary));
  // The mode again, because the umask may have taken bits away that the owner needs.
  if (::fchmod(fd.get(), mode) != 0 || !write_all(fd.get(), content) || sync_to_disk(fd.get()) != 0)
    return write_error(errno, file);
  return pending;
}

Status PendingFile::replace() {
  if (::rename(temporary_.c_str(), place_.c_str()) != 0) return write_error(errno, place_);
  temporary_.clear();
  return {};
}

Status PendingFile::create() {
  // A link never replaces what is there, and the name appears with its whole content.
  if (::link(temporary_.c_str(), place_.c_str()) != 0) {
    if (errno != EEXIST) return write_error(errno, place_);
    const std::string name = place_.filename().string();
    return make_error(ErrorCode::conflict, name + " exists already", name);
  }
  ::unlink(temporary_.c_str());
  temporary_.clear();
  return {};
}

Status sync_folder(const std::filesystem::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || sync_to_disk(fd.get()) != 0)
    return make_error(ErrorCode::storage_failed, "a folder of the vault cannot be synced");
  return {};
}

Status remove_file(const std::filesystem::path& file) {
  if (::unlink(file.c_str()) == 0) return sync_folder(file.parent_path());
  if (errno == ENOENT) return {};
  return write_error(errno, file);
}

}  // namespace strongroom::vault
