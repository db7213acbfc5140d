// SQLite's access to files with writes that lie beside each other made as one: it writes page by page, and a row of a
// mebibyte has 256 of them.
#pragma once

namespace strongroom::sqlite {

// The name under which sqlite3_open_v2 finds it. At most 64 KiB of a database wait, and none after a commit. Without
// shared memory, so not for a write-ahead log, and for one connection that writes.
const char* joined_writes();

}  // namespace strongroom::sqlite
