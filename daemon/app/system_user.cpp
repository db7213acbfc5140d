#include "daemon/app/system_user.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace strongroom::app {
namespace {

constexpr uid_t k_overflow_user = 65534;  // of Linux, /proc/sys/kernel/overflowuid: "nobody"

std::string name_of(uid_t user) {
  std::vector<char> room(16 * 1024);
  struct passwd entry{};
  struct passwd* found = nullptr;
  if (getpwuid_r(user, &entry, room.data(), room.size(), &found) == 0 && found != nullptr) return found->pw_name;
  return "#" + std::to_string(user);
}

}  // namespace

Status check_system_user(const Configuration& configuration) {
  if (configuration.scope != Scope::system) return {};
  if (geteuid() == k_overflow_user)
    return make_error(ErrorCode::configuration, "the daemon of the machine needs a user of its own, not 'nobody'");
  for (auto folder : {configuration.data, configuration.state}) {
    struct stat found{};
    while (lstat(folder.c_str(), &found) != 0 && folder.has_relative_path()) folder = folder.parent_path();
    if (found.st_uid == geteuid() || found.st_uid == 0) continue;
    const std::string owner = name_of(found.st_uid);
    return make_error(ErrorCode::untrusted,
                      "the folder belongs to '" + owner + "'; run this as that user: 'runuser -u " + owner + " -- ...'",
                      folder.string());
  }
  return {};
}

}  // namespace strongroom::app
