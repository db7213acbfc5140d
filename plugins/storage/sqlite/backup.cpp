#include "plugins/storage/sqlite/backup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <vector>

#include "plugins/storage/sqlite/errors.h"

namespace strongroom::sqlite {
namespace {

// A file beside the database that is gone when this is.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& beside) : name_(beside + ".backup-XXXXXX") {
    // mkostemp creates with mode 0600 and refuses names that exist.
    descriptor_ = mkostemp(name_.data(), O_CLOEXEC);
  }

  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  ~TemporaryFile() {
    if (descriptor_ < 0) return;
    unlink(name_.c_str());
    unlink((name_ + "-journal").c_str());
    close(descriptor_);
  }

  int descriptor() const noexcept { return descriptor_; }

  const std::string& name() const noexcept { return name_; }

 private:
  std::string name_;
  int descriptor_;
};

Status copy(Connection& source, const std::string& to) {
  sqlite3* target = nullptr;
  int code =
      sqlite3_open_v2(to.c_str(), &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, nullptr);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> owner(target, &sqlite3_close);
  if (code != SQLITE_OK) return error_of(target, code);
  // A crash leaves a file that nobody looks at, so nothing here has to be durable.
  sqlite3_exec(target, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -256", nullptr,
               nullptr, nullptr);
  sqlite3_backup* backup = sqlite3_backup_init(target, "main", source.handle(), "main");
  if (backup == nullptr) return error_of(target, sqlite3_errcode(target));
  code = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE) return error_of(target, code);
  return {};
}

}  // namespace

Status write_backup(Connection& source, const std::string& path, plugin::ByteSink& sink) {
  const TemporaryFile file(path);
  if (file.descriptor() < 0) return make_error(ErrorCode::storage_failed, "the copy for the backup cannot be created");
  STRONGROOM_CHECK(copy(source, file.name()));
  std::vector<Byte> piece(256 * 1024);
  for (;;) {
    const ssize_t got = read(file.descriptor(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return make_error(ErrorCode::storage_failed, "the copy for the backup cannot be read");
    if (got == 0 || !sink(BytesView(piece).first(static_cast<std::size_t>(got)))) return {};
  }
}

}  // namespace strongroom::sqlite
