#include "daemon/plugin_host/trust.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "daemon/plugin_host/sealed_memory.h"

namespace strongroom::plugin_host {
namespace {

constexpr std::size_t k_max_library = 64 * 1024 * 1024;

Error untrusted(const char* reason, const std::filesystem::path& path) {
  return make_error(ErrorCode::untrusted, reason, path.string());
}

Error unreachable(int system_error, const std::filesystem::path& path) {
  if (system_error == ENOENT || system_error == ENOTDIR)
    return make_error(ErrorCode::not_found, "there is no such file", path.string());
  if (system_error == ELOOP) return untrusted("the file, or a folder above it, is a symbolic link", path);
  return untrusted("the file cannot be opened", path);
}

// Whether nobody but root and the trustee can change what `found` describes.
Status check_owner_and_mode(const struct stat& found, const Trustee& trustee, const std::filesystem::path& path) {
  if (found.st_uid != 0 && found.st_uid != trustee.user)
    return untrusted("the file, or a folder above it, belongs to another user", path);
  const bool sticky_folder_of_root = S_ISDIR(found.st_mode) && found.st_uid == 0 && (found.st_mode & S_ISVTX) != 0;
  if (sticky_folder_of_root) return {};
  if ((found.st_mode & S_IWOTH) != 0)
    return untrusted("the file, or a folder above it, can be written by everybody", path);
  const bool private_group = found.st_uid == trustee.user && trustee.private_group == found.st_gid;
  if ((found.st_mode & S_IWGRP) != 0 && !private_group)
    return untrusted("the file, or a folder above it, can be written by a group", path);
  return {};
}

Result<Descriptor> open_below(const Descriptor& folder, const std::string& name, int flags, const Trustee& trustee,
                              const std::filesystem::path& path) {
  Descriptor opened(openat(folder.get(), name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!opened) return unreachable(errno, path);
  struct stat found{};
  if (fstat(opened.get(), &found) != 0) return unreachable(errno, path);
  STRONGROOM_CHECK(check_owner_and_mode(found, trustee, path));
  return opened;
}

}  // namespace

Trustee Trustee::of_this_process() {
  Trustee out{geteuid(), std::nullopt};
  std::vector<char> room(16 * 1024);
  struct passwd user{};
  struct passwd* found_user = nullptr;
  if (getpwuid_r(out.user, &user, room.data(), room.size(), &found_user) != 0 || found_user == nullptr) return out;
  const std::string name = user.pw_name;
  const gid_t primary = user.pw_gid;
  struct group group{};
  struct group* found_group = nullptr;
  if (getgrgid_r(primary, &group, room.data(), room.size(), &found_group) != 0 || found_group == nullptr) return out;
  if (name != group.gr_name) return out;
  for (char** member = group.gr_mem; *member != nullptr; ++member)
    if (name != *member) return out;
  out.private_group = primary;
  return out;
}

Result<Descriptor> open_trusted(const std::filesystem::path& path, const Trustee& trustee) {
  std::error_code problem;
  const auto folder_path = std::filesystem::canonical(path.parent_path().empty() ? "." : path.parent_path(), problem);
  if (problem) return unreachable(problem.value(), path);
  Descriptor folder(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return unreachable(errno, path);
  struct stat root{};
  if (fstat(folder.get(), &root) != 0) return unreachable(errno, path);
  STRONGROOM_CHECK(check_owner_and_mode(root, trustee, path));
  for (const auto& part : folder_path.relative_path()) {
    STRONGROOM_ASSIGN(folder, open_below(folder, part.string(), k_open_folder | O_DIRECTORY, trustee, path));
  }
  STRONGROOM_ASSIGN(Descriptor file, open_below(folder, path.filename().string(), O_RDONLY, trustee, path));
  struct stat found{};
  if (fstat(file.get(), &found) != 0) return unreachable(errno, path);
  if (!S_ISREG(found.st_mode)) return untrusted("it is not a regular file", path);
  return file;
}

Result<Bytes> read_library(const Descriptor& file) {
  struct stat found{};
  if (fstat(file.get(), &found) != 0 || found.st_size <= 0 || static_cast<std::uint64_t>(found.st_size) > k_max_library)
    return make_error(ErrorCode::untrusted, "the plugin file is empty or too long");
  Bytes bytes(static_cast<std::size_t>(found.st_size));
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t got = pread(file.get(), bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return make_error(ErrorCode::untrusted, "the plugin file cannot be read");
    at += static_cast<std::size_t>(got);
  }
  return bytes;
}

Result<Descriptor> sealed_copy(const Descriptor& file, const Sha256& expected) {
  STRONGROOM_ASSIGN(const Bytes bytes, read_library(file));
  STRONGROOM_ASSIGN(Descriptor copy, sealed_memory(bytes));
  // The copy is what is hashed: the bytes above could differ from it, the copy cannot change any more.
  STRONGROOM_ASSIGN(const Bytes copied, read_library(copy));
  Sha256 digest{};
  crypto_hash_sha256(digest.data(), copied.data(), copied.size());
  if (digest != expected)
    return make_error(ErrorCode::untrusted, "the plugin file is not the one that was approved: its SHA-256 is " +
                                                to_hex(digest) + ", approved is " + to_hex(expected));
  return copy;
}

}  // namespace strongroom::plugin_host
