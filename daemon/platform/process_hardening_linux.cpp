#include <sys/prctl.h>
#include <sys/resource.h>

#include "daemon/platform/process_hardening.h"

namespace strongroom::platform {

Status harden_process() {
  const struct rlimit none = {0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) return make_error(ErrorCode::internal, "core files cannot be turned off");
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    return make_error(ErrorCode::internal, "the process cannot be made undumpable");
  return {};
}

}  // namespace strongroom::platform
