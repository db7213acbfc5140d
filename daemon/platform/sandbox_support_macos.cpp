// Never compiled or tried by us.
#include "daemon/platform/sandbox_support.h"

namespace strongroom::platform {

bool can_confine() noexcept {
  return false;
}

}  // namespace strongroom::platform
