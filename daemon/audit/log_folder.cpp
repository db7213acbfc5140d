#include "daemon/audit/log_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <functional>
#include <utility>
#include <vector>

#include "daemon/vault/private_file.h"

namespace strongroom::audit {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_spares[] = {"spare", "reserve"};

Error failure(const char* what) {
  const std::string doing = std::string("the audit log cannot be written: ") + what;
  if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
    return make_error(ErrorCode::storage_full, doing + ": no space is left");
  if (errno == EROFS || errno == EACCES || errno == EPERM) return make_error(ErrorCode::read_only, doing);
  return make_error(ErrorCode::storage_failed, doing);
}

Status make_folder(const fs::path& folder) {
  if (mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return failure("a folder cannot be made");
}

Status write_all(int descriptor, BytesView bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t n = pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failure("write");
    if (n == 0) {
      errno = ENOSPC;
      return failure("write");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return {};
}

// Closes what it holds.
struct Descriptor {
  int number = -1;

  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

int allocate(int descriptor, std::uint64_t size) {
#if defined(__linux__)
  int error = 0;
  do error = posix_fallocate(descriptor, 0, static_cast<off_t>(size));
  while (error == EINTR);
  return error;
#else
  return ftruncate(descriptor, static_cast<off_t>(size)) == 0 ? 0 : errno;
#endif
}

Status allocate_file(const fs::path& file, std::uint64_t size) {
  const fs::path unfinished = file.string() + ".new";
  Descriptor made{::open(unfinished.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (made.number < 0) return failure("a segment cannot be made");
  const int error = allocate(made.number, size);
  if (error == 0 && rename(unfinished.c_str(), file.c_str()) == 0) return {};
  if (error != 0) errno = error;
  Status failed = failure("a segment cannot be allocated");
  unlink(unfinished.c_str());
  return failed;
}

}  // namespace

bool may_pass(const Error& error) noexcept {
  return error.code == ErrorCode::storage_full || error.code == ErrorCode::storage_failed ||
         error.code == ErrorCode::read_only || error.code == ErrorCode::audit_unavailable;
}

Segment::Segment(Segment&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), first_(other.first_), size_(other.size_) {}

Segment& Segment::operator=(Segment&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  first_ = other.first_;
  size_ = other.size_;
  return *this;
}

Segment::~Segment() {
  if (descriptor_ >= 0) close(descriptor_);
}

Status Segment::write(BytesView bytes, std::uint64_t offset) const {
  return write_all(descriptor_, bytes, offset);
}

Status Segment::sync() const {
  return fsync(descriptor_) == 0 ? Status() : failure("sync");
}

LogFolder::LogFolder(fs::path path, std::uint64_t segment_size) : path_(std::move(path)), segment_size_(segment_size) {}

Result<LogFolder> LogFolder::open(fs::path folder, std::uint64_t segment_size) {
  for (const fs::path& each : {folder, folder / "segments", folder / "tile", folder / "cosigned"})
    STRONGROOM_CHECK(make_folder(each));
  struct stat status{};
  if (lstat(folder.c_str(), &status) != 0) return failure("its folder cannot be looked at");
  if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 077) != 0)
    return make_error(ErrorCode::untrusted,
                      "the folder of the audit log belongs to somebody else or is open to others");
  return LogFolder(std::move(folder), segment_size);
}

Result<Segment> LogFolder::create_segment(const evidence::SegmentHeader& header, Room room,
                                          const SyncFailed& sync_failed) {
  const auto synced = [&](Status status) {
    if (!status) sync_failed(status.error());
    return status;
  };
  const std::lock_guard guard(*spares_);
  const Status made = make_spares_now();
  if (!made && (room == Room::ordinary || made.error().code != ErrorCode::storage_full)) return made.error();
  const fs::path place = path_ / "segments" / evidence::segment_name(header.first);
  for (const char* spare : k_spares) {
    Descriptor file{::open((path_ / spare).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
    if (file.number < 0) continue;
    struct stat status{};
    if (fstat(file.number, &status) != 0) return failure("a spare segment cannot be looked at");
    const Bytes bytes = evidence::encode_segment_header(header);
    STRONGROOM_CHECK(write_all(file.number, bytes, 0));
    if (fsync(file.number) != 0) return synced(failure("a segment cannot be made durable")).error();
    if (rename((path_ / spare).c_str(), place.c_str()) != 0) return failure("a segment cannot be named");
    STRONGROOM_CHECK(synced(vault::sync_folder(path_ / "segments")));
    STRONGROOM_CHECK(synced(vault::sync_folder(path_)));
    return Segment(std::exchange(file.number, -1), header.first, static_cast<std::uint64_t>(status.st_size));
  }
  return make_error(ErrorCode::storage_full, "the audit log cannot be written: no space is left for a segment");
}

Result<Segment> LogFolder::open_segment(const evidence::SegmentPlace& place) const {
  Descriptor file{::open(place.path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
  struct stat status{};
  if (file.number < 0 || fstat(file.number, &status) != 0) return failure("a segment cannot be opened");
  return Segment(std::exchange(file.number, -1), place.first, static_cast<std::uint64_t>(status.st_size));
}

bool LogFolder::has_spares() const {
  for (const char* spare : k_spares)
    if (!vault::file_exists(path_ / spare)) return false;
  return true;
}

bool LogFolder::has_reserve() const {
  return std::ranges::any_of(k_spares, [this](const char* spare) { return vault::file_exists(path_ / spare); });
}

Status LogFolder::make_spares() {
  const std::lock_guard guard(*spares_);
  return make_spares_now();
}

Status LogFolder::make_spares_now() const {
  for (const char* spare : k_spares)
    if (!vault::file_exists(path_ / spare)) STRONGROOM_CHECK(allocate_file(path_ / spare, segment_size_));
  return {};
}

Status LogFolder::replace(const fs::path& name, std::string_view content) const {
  STRONGROOM_ASSIGN(auto pending, vault::PendingFile::write(path_ / name, as_bytes(content), 0600));
  STRONGROOM_CHECK(pending.replace());
  return vault::sync_folder((path_ / name).parent_path());
}

Status LogFolder::remove(const fs::path& name) const {
  return vault::remove_file(path_ / name);
}

Status LogFolder::write_tile(const fs::path& name, BytesView content, Keep keep) const {
  const fs::path file = path_ / name;
  fs::path folder = path_;
  for (const auto& part : name.parent_path()) STRONGROOM_CHECK(make_folder(folder /= part));
  const fs::path unfinished = file.string() + ".new";
  Descriptor made{::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (made.number < 0) return failure("a tile cannot be made");
  STRONGROOM_CHECK(write_all(made.number, content, 0));
  if (keep == Keep::durably && fsync(made.number) != 0) return failure("a tile cannot be made durable");
  if (rename(unfinished.c_str(), file.c_str()) != 0) return failure("a tile cannot be named");
  return keep == Keep::durably ? vault::sync_folder(file.parent_path()) : Status();
}

Status LogFolder::sync_tiles() const {
#if defined(__linux__)
  Descriptor folder{::open((path_ / "tile").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (folder.number < 0 || syncfs(folder.number) != 0) return failure("the tiles cannot be made durable");
#else
  sync();
#endif
  return {};
}

void LogFolder::keep_newest(const fs::path& subfolder, std::size_t most) const {
  std::error_code error;
  std::vector<std::pair<std::uint64_t, fs::path>> files;
  for (const auto& file : fs::directory_iterator(path_ / subfolder, error)) {
    const std::string name = file.path().filename().string();
    std::uint64_t number = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), number).ptr == name.data() + name.size())
      files.emplace_back(number, file.path());
  }
  std::ranges::sort(files, std::greater<>());
  for (std::size_t i = most; i < files.size(); ++i) fs::remove(files[i].second, error);
}

LogFolder::Space LogFolder::space() const {
  struct statvfs status{};
  if (statvfs(path_.c_str(), &status) != 0) return {};
  return {static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize,
          static_cast<std::uint64_t>(status.f_blocks) * status.f_frsize};
}

}  // namespace strongroom::audit
