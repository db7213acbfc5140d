#include "client/cli/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace strongroom::cli {
namespace {

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Without a name, where that can be had.
int open_nameless(const std::string& folder) {
#if defined(O_TMPFILE)
  return ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
#else
  (void)folder;
  errno = EOPNOTSUPP;
  return -1;
#endif
}

std::string random_name(const std::string& path) {
  std::string name = path + ".XXXXXX";
  const int made = mkostemp(name.data(), O_CLOEXEC);
  if (made < 0) return "";
  close(made);
  unlink(name.c_str());
  return name;
}

}  // namespace

NewFile::NewFile(std::string path, std::string temporary, int descriptor, Overwrite overwrite)
    : path_(std::move(path)), temporary_(std::move(temporary)), descriptor_(descriptor), overwrite_(overwrite) {}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)),
      overwrite_(other.overwrite_) {}

NewFile::~NewFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

Result<NewFile> NewFile::create(const std::string& path, Overwrite overwrite) {
  struct stat found{};
  if (overwrite == Overwrite::no && lstat(path.c_str(), &found) == 0) {
    errno = EEXIST;
    return output_failure(path);
  }
  if (const int nameless = open_nameless(folder_of(path)); nameless >= 0) return NewFile(path, "", nameless, overwrite);
  std::string temporary = path + ".XXXXXX";
  const int descriptor = mkostemp(temporary.data(), O_CLOEXEC);  // 0600
  if (descriptor < 0) return output_failure(path);
  return NewFile(path, std::move(temporary), descriptor, overwrite);
}

// A name that exists is refused by linkat() and link(), and replaced by rename().
Status NewFile::keep() {
  if (temporary_.empty()) {
    const std::string self = "/proc/self/fd/" + std::to_string(descriptor_);
    const auto give = [&](const std::string& name) {
      return linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
    };
    if (overwrite_ == Overwrite::no) return give(path_) ? Status() : Status(output_failure(path_));
    temporary_ = random_name(path_);
    if (temporary_.empty() || !give(temporary_)) return output_failure(path_);
  }
  const bool kept = overwrite_ == Overwrite::yes ? rename(temporary_.c_str(), path_.c_str()) == 0
                                                 : link(temporary_.c_str(), path_.c_str()) == 0;
  if (!kept) return output_failure(path_);
  if (overwrite_ == Overwrite::yes) temporary_.clear();
  return {};
}

}  // namespace strongroom::cli
