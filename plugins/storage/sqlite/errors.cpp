#include "plugins/storage/sqlite/errors.h"

#include <cerrno>

namespace strongroom::sqlite {
namespace {

// SQLite calls only ENOSPC "full"; a quota and a limit on the file's size mean the same to a person.
Error io_error(int system_error) {
  switch (system_error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return make_error(ErrorCode::storage_full, "no space is left for the database");
    case EROFS:
    case EACCES:
    case EPERM:
      return make_error(ErrorCode::read_only, "the database cannot be written");
    default:
      return make_error(ErrorCode::storage_failed, "reading or writing the database file failed");
  }
}

}  // namespace

Error error_of(sqlite3* db, int code) {
  const int system_error = errno;
  switch (code & 0xff) {
    case SQLITE_FULL:
      return make_error(ErrorCode::storage_full, "no space is left for the database");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return make_error(ErrorCode::read_only, "the database cannot be opened for writing");
    case SQLITE_CORRUPT:
      return make_error(ErrorCode::corrupt, "the database file is damaged");
    case SQLITE_NOTADB:
      return make_error(ErrorCode::corrupt, "the file is not a database");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return make_error(ErrorCode::busy, "another process holds the database");
    case SQLITE_TOOBIG:
      return make_error(ErrorCode::too_large, "the row is too long for the database");
    case SQLITE_NOMEM:
      return make_error(ErrorCode::internal, "the plugin is out of memory");
    case SQLITE_IOERR:
      return io_error(system_error != 0 || db == nullptr ? system_error : sqlite3_system_errno(db));
    default:
      return make_error(ErrorCode::storage_failed, "the database engine failed");
  }
}

}  // namespace strongroom::sqlite
