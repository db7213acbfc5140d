// What SQLite's numbers mean at the seam.
#pragma once

#include <sqlite3.h>

#include <strongroom/base/result.h>

namespace strongroom::sqlite {

// The error for result code `code` of the last call on `db`; `db` may be null. errno still has to be that of the call:
// of a failed commit SQLite itself keeps no system error. The sentence is ours, never SQLite's: its texts quote names
// from the file.
Error error_of(sqlite3* db, int code);

}  // namespace strongroom::sqlite
