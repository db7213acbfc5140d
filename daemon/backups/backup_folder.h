// The folder in which backups are made without being asked: one file each, named after store and time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::backups {

struct BackupFile {
  std::string name;
  std::uint64_t bytes = 0;
  std::int64_t created_ms = 0;
};

class BackupFolder {
 public:
  // `store` tells the files of one store from those of others: its first eight hex digits stand in their names.
  BackupFolder(std::filesystem::path folder, std::string store);

  const std::filesystem::path& path() const noexcept { return folder_; }

  // Those of this store that are complete, newest first. Errors: not_found (there is no such folder), storage_failed.
  Result<std::vector<BackupFile>> files() const;

  // Makes a file, for its owner only, that has its name when `fill` is done and all is on the disk. What an earlier run
  // left unfinished is removed. The name. Errors: storage_full, storage_failed, not_found, those of `fill`.
  Result<std::string> add(std::int64_t now_ms, const std::function<Status(int descriptor)>& fill) const;

  // Removes the oldest beyond `keep`, never `spared`; their names. Errors: as files().
  Result<std::vector<std::string>> prune(std::size_t keep, const std::string& spared = {}) const;

 private:
  std::filesystem::path folder_;
  std::string prefix_;
};

}  // namespace strongroom::backups
