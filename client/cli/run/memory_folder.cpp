#include "client/cli/run/memory_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#if defined(__linux__)
#include <sys/vfs.h>
#endif
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>

namespace strongroom::cli::run {

namespace {

constexpr std::string_view k_prefix = "run-";

Error untrusted(std::string message, const std::string& path) {
  return make_error(ErrorCode::untrusted, std::move(message), path);
}

Error failed(const std::string& what) {
  return make_error(ErrorCode::internal, what + ": " + strerror(errno));
}

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// The last is the one wanted; it and those between are made private. The first must not belong to others.
Result<std::vector<std::string>> wanted_folders() {
  std::vector<std::string> chain;
  if (auto runtime = from_environment("XDG_RUNTIME_DIR"); !runtime.empty()) {
    chain = {runtime, runtime + "/strongroom"};
  } else if (auto state = from_environment("XDG_STATE_HOME"); !state.empty()) {
    chain = {state, state + "/strongroom", state + "/strongroom/run"};
  } else if (auto home = from_environment("HOME"); !home.empty()) {
    chain = {home + "/.local/state", home + "/.local/state/strongroom", home + "/.local/state/strongroom/run"};
  } else {
    return make_error(ErrorCode::unreachable,
                      "none of XDG_RUNTIME_DIR, XDG_STATE_HOME and HOME says where files may be delivered");
  }
  if (chain.front().front() != '/') return untrusted("is not an absolute path", chain.front());
  return chain;
}

bool is_in_memory(int folder) {
#if defined(__linux__)
  constexpr auto k_tmpfs = 0x01021994U;
  constexpr auto k_ramfs = 0x858458f6U;
  struct statfs place{};
  if (fstatfs(folder, &place) != 0) return false;
  const auto type = static_cast<std::uint32_t>(place.f_type);
  return type == k_tmpfs || type == k_ramfs;
#else
  (void)folder;
  return false;
#endif
}

Result<Descriptor> open_private(const std::string& path) {
  Descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) return failed("the folder for delivered files cannot be opened");
  struct stat found{};
  if (fstat(folder.get(), &found) != 0) return failed("the folder for delivered files cannot be looked at");
  if (found.st_uid != geteuid()) return untrusted("the folder for delivered files belongs to another user", path);
  if ((found.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return untrusted("the folder for delivered files is open to others", path);
  return folder;
}

// Others who can write here could put a folder of theirs into the place of ours.
Status check_first(const std::string& path) {
  struct stat found{};
  if (stat(path.c_str(), &found) != 0) return failed(path);
  if (found.st_uid != geteuid() && found.st_uid != 0) return untrusted("belongs to another user", path);
  const bool own_group = found.st_gid == getegid() && getegid() == static_cast<gid_t>(geteuid());
  const mode_t others = own_group ? S_IWOTH : S_IWGRP | S_IWOTH;
  if ((found.st_mode & others) != 0 && (found.st_mode & S_ISVTX) == 0) return untrusted("is writable by others", path);
  return {};
}

Result<std::string> runtime_folder() {
  STRONGROOM_ASSIGN(const auto chain, wanted_folders());
  std::error_code ignored;
  std::filesystem::create_directories(chain.front(), ignored);
  STRONGROOM_CHECK(check_first(chain.front()));
  for (std::size_t i = 1; i < chain.size(); ++i)
    if (mkdir(chain[i].c_str(), S_IRWXU) != 0 && errno != EEXIST)
      return failed("the folder for delivered files cannot be made");
  return chain.back();
}

// A folder whose command runs is locked; making one and locking it happens under the lock of the folder above.
void remove_left_over(int above, const std::string& path) {
  const int again = openat(above, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (again < 0) return;
  const std::unique_ptr<DIR, int (*)(DIR*)> list(fdopendir(again), closedir);
  if (!list) {
    close(again);
    return;
  }
  while (const dirent* entry = readdir(list.get())) {
    if (!std::string_view(entry->d_name).starts_with(k_prefix)) continue;
    const Descriptor one(openat(above, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (one && flock(one.get(), LOCK_EX | LOCK_NB) == 0) remove_folder(path + "/" + entry->d_name);
  }
}

// What may stand in a name of a file that ends in somebody's shell.
std::string file_name(std::string_view path) {
  std::string name(path.substr(path.rfind('/') + 1));
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                       c == '-' || c == '_' || static_cast<unsigned char>(c) >= 0x80;
    if (!plain) c = '_';
  }
  if (name.empty() || name.front() == '.' || name.front() == '-') name.insert(name.begin(), '_');
  constexpr std::size_t k_longest = 200;
  if (name.size() > k_longest) name.resize(k_longest);
  return name;
}

}  // namespace

Result<MemoryFolder> MemoryFolder::make(Disk disk) {
  STRONGROOM_ASSIGN(const std::string above_path, runtime_folder());
  STRONGROOM_ASSIGN(const Descriptor above, open_private(above_path));
  if (disk == Disk::refused && !is_in_memory(above.get()))
    return untrusted(
        "lies on a disk, where delivered files could be found later; set XDG_RUNTIME_DIR to a private folder in "
        "memory, "
        "use --file-fd, or accept it with --allow-disk",
        above_path);
  if (flock(above.get(), LOCK_EX) != 0) return failed("the folder for delivered files cannot be locked");
  remove_left_over(above.get(), above_path);
  MemoryFolder made;
  std::string path = above_path + "/" + std::string(k_prefix) + "XXXXXX";
  if (!mkdtemp(path.data())) return failed("a folder for delivered files cannot be made");
  made.path_ = path;
  STRONGROOM_ASSIGN(made.folder_, open_private(path));
  if (flock(made.folder_.get(), LOCK_EX | LOCK_NB) != 0) return failed("a folder for delivered files cannot be locked");
  return made;
}

MemoryFolder::~MemoryFolder() {
  remove();
}

void MemoryFolder::remove() noexcept {
  if (!folder_) return;
  remove_folder(path_);
  folder_.reset();
}

Result<std::string> MemoryFolder::write(std::string_view path, const Secret& value) {
  const std::string wanted = file_name(path);
  std::string name = wanted;
  for (int number = 2;; ++number) {
    const Descriptor file(
        openat(folder_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR));
    if (!file && errno == EEXIST) {
      name = wanted + "-" + std::to_string(number);
      continue;
    }
    if (!file) return failed("a delivered file cannot be made");
    STRONGROOM_CHECK(write_whole(file.get(), value.reveal(RevealReason::deliver)));
    return path_ + "/" + name;
  }
}

// Nobody else can write into the folder above it.
void remove_folder(const std::string& path) noexcept {
  struct stat found{};
  std::error_code ignored;
  if (lstat(path.c_str(), &found) != 0 || !S_ISDIR(found.st_mode) || found.st_uid != geteuid()) return;
  std::filesystem::remove_all(path, ignored);
}

}  // namespace strongroom::cli::run
