// Never compiled or tried by us. macOS offers no means to an ordinary program that are documented and not deprecated,
// so that only the limits hold, and the daemon says "not isolated".
#include <sys/resource.h>

#include "daemon/runner/sandbox.h"

namespace strongroom::runner {
namespace {

bool limit(int what, std::uint64_t most) {
  const struct rlimit value = {most, most};
  return setrlimit(what, &value) == 0;
}

}  // namespace

std::vector<std::string> library_places() {
  return {};
}

Result<Confined> confine_process(const Permits& permits) {
  if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_FSIZE, permits.limits.file_bytes) ||
      !limit(RLIMIT_NOFILE, permits.limits.descriptors))
    return make_error(ErrorCode::plugin_unavailable, "the plugin's process cannot be given its limits");
  return Confined{};
}

}  // namespace strongroom::runner
