#include <strongroom/protocol/methods/log.h>

#include <strongroom/protocol/fold.h>

#include "areas.h"

namespace strongroom::protocol {

const InterfaceInfo& log_area() {
  static const InterfaceInfo info{log::interface, log::documentation, fold(log::Methods{})};
  return info;
}

}  // namespace strongroom::protocol
