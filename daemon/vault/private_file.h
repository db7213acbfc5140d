// Small files that only the daemon's user may read: checked on the opened descriptor, written so that a crash leaves
// either the old file or the new one, whole.
//
// Messages name a file by its last component only. Not thread-safe for one path.
#pragma once

#include <filesystem>
#include <string>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::vault {

// Who else may read a file that is trusted.
enum class Readers : unsigned char {
  owner,         // nobody
  as_root_says,  // of a file of root's, whom its group or an access list names: systemd hands a credential to a
                 // service's user by an access list, whose mask stands where the group's rights do. Never all.
};

// Reads the whole file into `out` and returns its size. Errors: not_found; untrusted (a link, no regular file, owned by
// neither root nor this user, or open to others than `readers`); corrupt (larger than `out`); storage_failed.
Result<std::size_t> read_private_file(const std::filesystem::path& file, MutableBytes out,
                                      Readers readers = Readers::owner);

// Whether something, even a dangling link, has that name.
bool file_exists(const std::filesystem::path& file) noexcept;

// A new content that is already on the disk (written and synced) under a temporary name beside its place. Dropped
// without an effect unless one of the two is called. Move-only.
class PendingFile {
 public:
  // `mode` is 0600 or 0400. Errors: storage_full, read_only, storage_failed; nothing is left behind.
  static Result<PendingFile> write(const std::filesystem::path& file, BytesView content, unsigned mode);

  PendingFile(PendingFile&& other) noexcept;
  PendingFile& operator=(PendingFile&&) = delete;
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile();

  // Takes the place of whatever has the name. The folder is not synced yet.
  Status replace();
  // Takes the place only when nothing has the name: `conflict` otherwise.
  Status create();

 private:
  PendingFile(std::filesystem::path place, std::filesystem::path temporary) noexcept;

  std::filesystem::path place_;
  std::filesystem::path temporary_;  // empty: done
};

// Makes the names in a folder durable.
Status sync_folder(const std::filesystem::path& folder);

// Removes a file durably; one that is not there is no error.
Status remove_file(const std::filesystem::path& file);

}  // namespace strongroom::vault
