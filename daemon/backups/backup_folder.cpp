#include "daemon/backups/backup_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "daemon/backups/utc_text.h"
#include "daemon/platform/descriptor.h"

namespace strongroom::backups {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_suffix = ".age";
constexpr std::string_view k_unfinished = ".part";

Error failed(const fs::path& folder) {
  if (errno == ENOSPC || errno == EDQUOT) return make_error(ErrorCode::storage_full, "no space is left for a backup");
  if (errno == ENOENT) return make_error(ErrorCode::not_found, "the folder of backups is not there", folder.string());
  return make_error(ErrorCode::storage_failed, "the folder of backups cannot be used", folder.string());
}

}  // namespace

BackupFolder::BackupFolder(fs::path folder, std::string store)
    : folder_(std::move(folder)), prefix_("strongroom-" + store.substr(0, 8) + "-") {}

Result<std::vector<BackupFile>> BackupFolder::files() const {
  std::error_code problem;
  std::vector<BackupFile> found;
  fs::directory_iterator entries(folder_, problem);
  if (problem) {
    errno = problem.value();
    return failed(folder_);
  }
  for (const auto& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix_) || !name.ends_with(k_suffix) || !entry.is_regular_file(problem)) continue;
    const std::int64_t created = parse_utc(name.substr(prefix_.size(), name.size() - prefix_.size() - k_suffix.size()));
    if (created != 0) found.push_back({name, entry.file_size(problem), created});
  }
  std::ranges::sort(found, std::ranges::greater(), &BackupFile::name);
  return found;
}

Result<std::string> BackupFolder::add(std::int64_t now_ms, const std::function<Status(int)>& fill) const {
  const std::string name = prefix_ + utc_text(now_ms) + std::string(k_suffix);
  const std::string unfinished = (folder_ / (prefix_ + "new" + std::string(k_unfinished))).string();
  unlink(unfinished.c_str());
  const platform::Descriptor file(
      open(unfinished.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file) return failed(folder_);
  Status done = fill(file.get());
  if (done && fsync(file.get()) != 0) done = failed(folder_);
  if (done && rename(unfinished.c_str(), (folder_ / name).c_str()) != 0) done = failed(folder_);
  if (!done) {
    unlink(unfinished.c_str());
    return done.error();
  }
  const platform::Descriptor folder(open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || fsync(folder.get()) != 0) return failed(folder_);
  return name;
}

Result<std::vector<std::string>> BackupFolder::prune(std::size_t keep, const std::string& spared) const {
  STRONGROOM_ASSIGN(const auto all, files());
  std::vector<std::string> removed;
  for (std::size_t i = keep; i < all.size(); ++i) {
    if (all[i].name == spared) continue;
    if (unlink((folder_ / all[i].name).c_str()) != 0) return failed(folder_);
    removed.push_back(all[i].name);
  }
  return removed;
}

}  // namespace strongroom::backups
