// A file that nobody sees before it is complete.
#pragma once

#include <string>

#include <strongroom/base/result.h>

#include "client/cli/private_output.h"

namespace strongroom::cli {

// Empty, for its owner only, open for reading and writing. Without keep() nothing of it is left, however the process
// ends, where the file system can do that (Linux: O_TMPFILE); elsewhere a file with a random name may stay after a
// SIGKILL.
class NewFile {
 public:
  // Errors: conflict when `path` exists and may not be replaced; denied, storage_full, internal.
  static Result<NewFile> create(const std::string& path, Overwrite overwrite);
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  int descriptor() const noexcept { return descriptor_; }

  // Gives it its name; what was there stays until then. Errors: as create.
  Status keep();

 private:
  NewFile(std::string path, std::string temporary, int descriptor, Overwrite overwrite);

  std::string path_;
  std::string temporary_;  // its present name; empty: it has none
  int descriptor_;
  Overwrite overwrite_;
};

}  // namespace strongroom::cli
