// Landlock: https://docs.kernel.org/userspace-api/landlock.html, revisions 1 to 6 of its interface.
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "daemon/platform/descriptor.h"
#include "daemon/runner/sandbox.h"
#include "daemon/runner/system_calls.h"
#include "daemon/runner/thread_limit.h"

namespace strongroom::runner {
namespace {

using platform::Descriptor;

// The attribute as of revision 6; older kernels take its beginning.
struct RulesetAttribute {
  std::uint64_t files;
  std::uint64_t ports;
  std::uint64_t scopes;
};

constexpr std::uint64_t k_files_of_first = (1ull << 13) - 1;  // all rights of revision 1
constexpr std::uint64_t k_refer = 1ull << 13;                 // from revision 2
constexpr std::uint64_t k_truncate = 1ull << 14;              // from revision 3
constexpr std::uint64_t k_ioctl = 1ull << 15;                 // from revision 5
constexpr std::uint64_t k_ports = 3;                          // bind and connect TCP, from revision 4
constexpr std::uint64_t k_scopes = 3;                         // abstract sockets and signals, from revision 6
constexpr std::uint64_t k_read = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t k_write =
    k_read | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | k_truncate;
constexpr std::uint64_t k_of_files = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | k_truncate;

// Enough for a computation; without a limit they would take every process number of the system.
constexpr std::uint64_t k_threads = 256;

std::uint64_t handled_files(long revision) {
  std::uint64_t all = k_files_of_first;
  if (revision >= 2) all |= k_refer;
  if (revision >= 3) all |= k_truncate;
  if (revision >= 5) all |= k_ioctl;
  return all;
}

bool permit(int ruleset, const std::string& path, std::uint64_t rights) {
  const Descriptor opened(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!opened) return errno == ENOENT;
  struct stat found{};
  if (fstat(opened.get(), &found) != 0) return false;
  if (!S_ISDIR(found.st_mode)) rights &= k_of_files;
  const landlock_path_beneath_attr rule{.allowed_access = rights, .parent_fd = opened.get()};
  return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

bool confine_files(const Permits& permits) {
  const long revision = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (revision < 1) return false;
  RulesetAttribute attribute{handled_files(revision), 0, 0};
  std::size_t size = sizeof attribute.files;
  if (revision >= 4) {
    attribute.ports = k_ports;
    size += sizeof attribute.ports;
  }
  if (revision >= 6) {
    attribute.scopes = k_scopes;
    size += sizeof attribute.scopes;
  }
  const Descriptor ruleset(static_cast<int>(syscall(SYS_landlock_create_ruleset, &attribute, size, 0)));
  if (!ruleset) return false;
  for (const auto& path : permits.readable)
    if (!permit(ruleset.get(), path, k_read & attribute.files)) return false;
  for (const auto& path : permits.writable)
    if (!permit(ruleset.get(), path, k_write & attribute.files)) return false;
  constexpr std::uint64_t k_keep = k_write | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR;
  if (!permits.kept.empty() && !permit(ruleset.get(), permits.kept, k_keep & attribute.files)) return false;
  return syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0;
}

// What a daemon of root could do, no plugin needs: as root it would be above most limits.
bool drop_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct held[2] = {};
  if (syscall(SYS_capget, &header, held) != 0) return false;
  const bool any = std::ranges::any_of(held, [](const auto& part) { return (part.permitted | part.inheritable) != 0; });
  // A service manager may forbid the call; without capabilities there is nothing to give up.
  if (!any) return true;
  const __user_cap_data_struct none[2] = {};
  return syscall(SYS_capset, &header, none) == 0;
}

bool limit(__rlimit_resource what, std::uint64_t most) {
  const struct rlimit value = {most, most};
  return setrlimit(what, &value) == 0;
}

}  // namespace

std::vector<std::string> library_places() {
  return {"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/nix/store", "/gnu/store"};
}

Result<Confined> confine_process(const Permits& permits) {
  const auto& limits = permits.limits;
  bool limited = limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, limits.file_bytes) &&
                 limit(RLIMIT_NOFILE, limits.descriptors) && limit(RLIMIT_MEMLOCK, 0) && limit_threads(k_threads);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  limited = limited && limit(RLIMIT_AS, limits.memory_bytes);
#endif
  if (!limited || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    return make_error(ErrorCode::plugin_unavailable, "the plugin's process cannot be given its limits");
  Confined confined;
  confined.files = confine_files(permits);
  if (!drop_capabilities())
    return make_error(ErrorCode::plugin_unavailable, "the plugin's process cannot give up the rights of root");
  confined.calls = confine_calls({.files = !permits.kept.empty(), .connections = permits.serves});
  return confined;
}

}  // namespace strongroom::runner
