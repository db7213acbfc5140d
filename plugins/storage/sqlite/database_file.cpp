#include "plugins/storage/sqlite/database_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>

namespace strongroom::sqlite {
namespace {

Error file_error(int system_error) {
  if (system_error == ENOSPC || system_error == EDQUOT)
    return make_error(ErrorCode::storage_full, "no space is left for the database");
  if (system_error == ENOENT || system_error == ENOTDIR)
    return make_error(ErrorCode::invalid_argument, "the setting 'folder' does not name a folder");
  if (system_error == EROFS || system_error == EACCES || system_error == EPERM)
    return make_error(ErrorCode::read_only, "the database cannot be created in its folder");
  return make_error(ErrorCode::storage_failed, "the database file cannot be reached");
}

Status create(const std::string& folder, const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) return file_error(errno);
  // The mode given to open passes through the umask, which may take even the owner's rights.
  const bool closed_to_others = fchmod(file, 0600) == 0;
  close(file);
  if (!closed_to_others) return file_error(errno);
  const int directory = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return file_error(errno);
  const bool durable = fsync(directory) == 0;
  const int problem = errno;
  close(directory);
  if (!durable) return file_error(problem);
  return {};
}

}  // namespace

Result<DatabaseFile> ensure_database_file(const std::string& folder) {
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(folder.c_str(), nullptr), &std::free);
  if (real == nullptr) return file_error(errno);
  DatabaseFile out{std::string(real.get()) + "/store.db", false};
  struct stat found{};
  // Only looked at from outside: closing a descriptor of an open database would drop the process's locks on it.
  if (lstat(out.path.c_str(), &found) != 0) {
    if (errno != ENOENT) return file_error(errno);
    STRONGROOM_CHECK(create(real.get(), out.path));
    return out;
  }
  if (!S_ISREG(found.st_mode) || found.st_nlink != 1)
    return make_error(ErrorCode::corrupt, "the database is not a regular file with one name");
  if ((found.st_mode & 077) != 0 && found.st_uid == geteuid() && chmod(out.path.c_str(), 0600) != 0)
    return file_error(errno);
  struct stat log{};
  out.unclean = lstat((out.path + "-wal").c_str(), &log) == 0 && log.st_size > 0;
  return out;
}

Writeback::Writeback(const std::string& path) noexcept
    : descriptor_(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)) {}

Writeback::~Writeback() {
  if (descriptor_ >= 0) close(descriptor_);
}

void Writeback::begin() noexcept {
#ifdef __linux__
  if (descriptor_ >= 0) (void)sync_file_range(descriptor_, 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
}

}  // namespace strongroom::sqlite
