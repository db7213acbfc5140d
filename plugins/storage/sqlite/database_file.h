// The database's file: where it lies, who may read it, whether it was left behind open.
#pragma once

#include <string>

#include <strongroom/base/result.h>

namespace strongroom::sqlite {

struct DatabaseFile {
  std::string path;      // absolute, without symbolic links
  bool unclean = false;  // a log of an instance that was not closed lies beside it
};

// Finds `store.db` in the existing folder `folder`, creating it empty, mode 0600 whatever the umask. A file of ours
// that others may read is closed to them. `corrupt` for anything but a regular file with one name; `read_only` when it
// cannot be created.
Result<DatabaseFile> ensure_database_file(const std::string& folder);

}  // namespace strongroom::sqlite
