#include <strongroom/protocol/methods/service.h>

#include <strongroom/protocol/fold.h>

#include "areas.h"

namespace strongroom::protocol {

const InterfaceInfo& service_area() {
  static const InterfaceInfo info{service::interface, service::documentation, fold(service::Methods{})};
  return info;
}

}  // namespace strongroom::protocol
