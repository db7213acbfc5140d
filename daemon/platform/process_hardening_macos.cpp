// Written against macOS's API; neither compiled nor tested on macOS so far.
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "daemon/platform/process_hardening.h"

namespace strongroom::platform {

Status harden_process() {
  const struct rlimit none = {0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) return make_error(ErrorCode::internal, "core files cannot be turned off");
  if (::ptrace(PT_DENY_ATTACH, 0, nullptr, 0) != 0)
    return make_error(ErrorCode::internal, "debuggers cannot be kept from attaching");
  return {};
}

}  // namespace strongroom::platform
