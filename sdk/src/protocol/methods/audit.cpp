#include <strongroom/protocol/methods/audit.h>

#include <strongroom/protocol/fold.h>

#include "areas.h"

namespace strongroom::protocol {

const InterfaceInfo& audit_area() {
  static const InterfaceInfo info{audit::interface, audit::documentation, fold(audit::Methods{})};
  return info;
}

}  // namespace strongroom::protocol
