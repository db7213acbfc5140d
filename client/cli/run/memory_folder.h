// The folder that delivered files lie in: fresh, 0700, in memory, gone when the command has ended.
#pragma once

#include <string>
#include <vector>

#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>

#include "client/cli/run/files.h"

namespace strongroom::cli::run {

enum class Disk : unsigned char { refused, allowed };

// Its folder is $XDG_RUNTIME_DIR/strongroom, else run/ in the state folder: where the daemon's socket is by default. It
// is made when there is none and must belong to this user with nobody else's rights. An advisory lock on the folder
// says that its command runs; folders without one are left over from commands that were killed together with their
// watcher, and make() removes them.
class MemoryFolder {
 public:
  // Errors: untrusted, and with Disk::refused when the place is no tmpfs or ramfs; unreachable (no place); internal.
  static Result<MemoryFolder> make(Disk disk);

  MemoryFolder(MemoryFolder&&) = default;
  // remove(), and gives the lock back.
  ~MemoryFolder();

  // Writes a new file of mode 0400 named after the last segment of `path`, and returns its absolute path. Two of the
  // same name get a number. Errors: storage_full, internal.
  Result<std::string> write(std::string_view path, const Secret& value);

  const std::string& path() const noexcept { return path_; }

  void remove() noexcept;

 private:
  MemoryFolder() = default;

  std::string path_;
  Descriptor folder_;  // and its lock
};

// Removes the folder and all that is in it, following no link; nothing when it is no folder of this user's. Used by the
// watcher too.
void remove_folder(const std::string& path) noexcept;

}  // namespace strongroom::cli::run
