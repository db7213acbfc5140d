// The folders of the daemon, made and checked, and the lock that keeps a second daemon out.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>

#include <strongroom/base/result.h>

namespace strongroom::app {

// Makes the folder (0700) and the missing ones above it, or checks that an existing one belongs to this user and that
// nobody else may enter it. Errors: untrusted, read_only, storage_full.
Status prepare_folder(const std::filesystem::path& folder);

// Held while it lives.
class InstanceLock {
 public:
  // Error: busy, naming the process that holds it when that is known.
  static Result<std::unique_ptr<InstanceLock>> take(const std::filesystem::path& data);
  ~InstanceLock();

 private:
  struct Impl;
  explicit InstanceLock(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Knows the socket file that this process has bound, to remove that one and no other's.
class BoundSocket {
 public:
  explicit BoundSocket(std::filesystem::path path);
  // Removes the file when it still is the one that was bound.
  void remove() const noexcept;

 private:
  std::filesystem::path path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

// A listening socket at `path` (0600 in a prepared folder). A socket left by a dead daemon is replaced; the caller must
// hold the instance lock. Errors: untrusted, read_only, busy (somebody answers there).
Result<int> listen_at(const std::filesystem::path& path);

}  // namespace strongroom::app
