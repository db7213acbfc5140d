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

// The file on its way to the disk while it is being filled. Ends after the last connection to it: closing a descriptor
// drops the process's locks on the file.
class Writeback {
 public:
  explicit Writeback(const std::string& path) noexcept;
  ~Writeback();
  Writeback(const Writeback&) = delete;
  Writeback& operator=(const Writeback&) = delete;

  // What has been written until now begins to reach the disk, which makes a later sync short. Promises nothing.
  void begin() noexcept;

 private:
  int descriptor_;
};

}  // namespace strongroom::sqlite
