#include "plugins/storage/sqlite/joined_writes.h"

#include <sqlite3.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

namespace strongroom::sqlite {
namespace {

constexpr const char* k_name = "strongroom-joined-writes";

// SQLite's own file takes less than 128 KiB in one call.
constexpr std::size_t k_most = 64 * 1024;

struct Waiting {
  std::array<unsigned char, k_most> bytes;
  int size = 0;
  sqlite3_int64 at = 0;  // in the file
};

// What SQLite holds of an open database; the system's own file lies behind it.
struct File : sqlite3_file {
  Waiting* waiting;
};

sqlite3_vfs* of_the_system() {
  return sqlite3_vfs_find(nullptr);
}

File& file_of(sqlite3_file* file) {
  return *static_cast<File*>(file);
}

sqlite3_file* real_of(sqlite3_file* file) {
  return static_cast<sqlite3_file*>(static_cast<void*>(static_cast<File*>(file) + 1));
}

int write_out(sqlite3_file* file) {
  Waiting& waiting = *file_of(file).waiting;
  if (waiting.size == 0) return SQLITE_OK;
  sqlite3_file* const real = real_of(file);
  const int code = real->pMethods->xWrite(real, waiting.bytes.data(), waiting.size, waiting.at);
  if (code == SQLITE_OK) waiting.size = 0;
  return code;
}

int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  Waiting& waiting = *file_of(file).waiting;
  const int room = static_cast<int>(waiting.bytes.size());
  if (at != waiting.at + waiting.size || size > room - waiting.size) {
    const int code = write_out(file);
    if (code != SQLITE_OK) return code;
    waiting.at = at;
  }
  if (size > room) return real_of(file)->pMethods->xWrite(real_of(file), bytes, size, at);
  std::memcpy(waiting.bytes.data() + waiting.size, bytes, static_cast<std::size_t>(size));
  waiting.size += size;
  return SQLITE_OK;
}

// Everything else sees a file in which nothing waits.
template <auto member, class... Arguments>
int after_writing(sqlite3_file* file, Arguments... arguments) {
  const int code = write_out(file);
  if (code != SQLITE_OK) return code;
  sqlite3_file* const real = real_of(file);
  return (real->pMethods->*member)(real, arguments...);
}

template <auto member, class... Arguments>
int at_once(sqlite3_file* file, Arguments... arguments) {
  sqlite3_file* const real = real_of(file);
  return (real->pMethods->*member)(real, arguments...);
}

// A commit announces that it will sync even when nothing is to be synced; there a failure still undoes it.
int control(sqlite3_file* file, int what, void* argument) {
  const int code = what == SQLITE_FCNTL_SYNC ? write_out(file) : SQLITE_OK;
  return code != SQLITE_OK ? code : at_once<&sqlite3_io_methods::xFileControl>(file, what, argument);
}

int close(sqlite3_file* file) {
  const int written = write_out(file);
  const int closed = at_once<&sqlite3_io_methods::xClose>(file);
  delete file_of(file).waiting;
  return written != SQLITE_OK ? written : closed;
}

using Methods = sqlite3_io_methods;

constexpr Methods k_methods = {
    .iVersion = 1,
    .xClose = &close,
    .xRead = &after_writing<&Methods::xRead, void*, int, sqlite3_int64>,
    .xWrite = &write,
    .xTruncate = &after_writing<&Methods::xTruncate, sqlite3_int64>,
    .xSync = &after_writing<&Methods::xSync, int>,
    .xFileSize = &after_writing<&Methods::xFileSize, sqlite3_int64*>,
    .xLock = &at_once<&Methods::xLock, int>,
    .xUnlock = &after_writing<&Methods::xUnlock, int>,
    .xCheckReservedLock = &at_once<&Methods::xCheckReservedLock, int*>,
    .xFileControl = &control,
    .xSectorSize = &at_once<&Methods::xSectorSize>,
    .xDeviceCharacteristics = &at_once<&Methods::xDeviceCharacteristics>,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* opened_as) {
  sqlite3_vfs* const system = of_the_system();
  // A journal lies in memory; what else is opened is the system's alone.
  if ((flags & SQLITE_OPEN_MAIN_DB) == 0) return system->xOpen(system, name, file, flags, opened_as);
  file->pMethods = nullptr;
  auto waiting = std::unique_ptr<Waiting>(new (std::nothrow) Waiting);
  if (waiting == nullptr) return SQLITE_NOMEM;
  sqlite3_file* const real = real_of(file);
  real->pMethods = nullptr;
  const int code = system->xOpen(system, name, real, flags, opened_as);
  if (code != SQLITE_OK) {
    if (real->pMethods != nullptr) real->pMethods->xClose(real);
    return code;
  }
  file_of(file).waiting = waiting.release();
  file->pMethods = &k_methods;
  return SQLITE_OK;
}

}  // namespace

const char* joined_writes() {
  static sqlite3_vfs ours = [] {
    sqlite3_vfs made = *of_the_system();
    made.szOsFile += static_cast<int>(sizeof(File));
    made.zName = k_name;
    made.pNext = nullptr;
    made.xOpen = &open;
    return made;
  }();
  [[maybe_unused]] static const int registered = sqlite3_vfs_register(&ours, 0);
  return k_name;
}

}  // namespace strongroom::sqlite
