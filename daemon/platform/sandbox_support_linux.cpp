#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#include "daemon/platform/sandbox_support.h"

namespace strongroom::platform {

bool can_confine() noexcept {
  const std::uint32_t action = SECCOMP_RET_ERRNO;
  return syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1 &&
         syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

}  // namespace strongroom::platform
