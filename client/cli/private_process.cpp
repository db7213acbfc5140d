#include "client/cli/private_process.h"

#if defined(__linux__)
#include <sys/prctl.h>
#endif
#include <sys/resource.h>

namespace strongroom::cli {

void keep_process_private() noexcept {
#if defined(__linux__)
  (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#else
  const rlimit none{0, 0};
  (void)setrlimit(RLIMIT_CORE, &none);
#endif
}

}  // namespace strongroom::cli
